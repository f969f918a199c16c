/** The service's start. */
@NullMarked
package dev.resnet;

import org.jspecify.annotations.NullMarked;
