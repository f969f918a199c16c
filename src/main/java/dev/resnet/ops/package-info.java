/** Health, info and metrics, from the public types of the others; nothing knows this package. */
@NullMarked
package dev.resnet.ops;

import org.jspecify.annotations.NullMarked;
