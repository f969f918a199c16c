/** The data sets over HTTP. */
@NullMarked
package dev.resnet.data.web;

import org.jspecify.annotations.NullMarked;
