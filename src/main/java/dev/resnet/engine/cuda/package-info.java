/**
 * The engine for NVIDIA GPUs: compiled graphs run by kernels of its own. The only place that knows
 * the CUDA driver, NVRTC and JNA.
 */
@NullMarked
package dev.resnet.engine.cuda;

import org.jspecify.annotations.NullMarked;
