/**
 * A DL4J graph compiled into an ordered list of fused operations on named tensors. Knows DL4J, and
 * no library that runs the operations: oneDNN is one, others may follow.
 */
@NullMarked
package dev.resnet.engine.program;

import org.jspecify.annotations.NullMarked;
