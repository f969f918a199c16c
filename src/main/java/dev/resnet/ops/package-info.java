/**
 * Health, info, metrics and what a worker serves. Uses public types of the other packages; no other
 * package uses this one.
 */
@NullMarked
package dev.resnet.ops;

import org.jspecify.annotations.NullMarked;
