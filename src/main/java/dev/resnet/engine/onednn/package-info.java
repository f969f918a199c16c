/**
 * The engine for CPUs: compiled graphs run by oneDNN's primitives. The only place that knows
 * oneDNN.
 */
@NullMarked
package dev.resnet.engine.onednn;

import org.jspecify.annotations.NullMarked;
