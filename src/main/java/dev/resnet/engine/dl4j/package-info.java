/**
 * The stock engine: DL4J executes its own graph. The reference for every other engine, and the one
 * that runs on CUDA.
 */
@NullMarked
package dev.resnet.engine.dl4j;

import org.jspecify.annotations.NullMarked;
