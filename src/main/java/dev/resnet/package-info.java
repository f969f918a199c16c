/** The start of the service. */
@NullMarked
package dev.resnet;

import org.jspecify.annotations.NullMarked;
