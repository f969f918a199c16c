/**
 * Health, info, metrics and what a worker serves, from the public types of the others; nothing
 * knows this package.
 */
@NullMarked
package dev.resnet.ops;

import org.jspecify.annotations.NullMarked;
