package dev.resnet.engine.cuda;

import dev.resnet.engine.Objective;
import dev.resnet.engine.Precision;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a program is bound to.
 *
 * @param batch images that go through at once
 * @param precision of activations and their gradients
 * @param parameters with gradients and momentum where the program has a backward part
 * @param objective of the training; for an evaluation, plain cross entropy
 * @param totals where the loss is added up; null in a program that only classifies
 * @param folded null in a program without folded convolutions
 */
record Binding(
    Program program,
    int batch,
    Precision precision,
    DeviceParameters parameters,
    Objective objective,
    @Nullable Totals totals,
    @Nullable FoldedWeights folded) {

  /** Bytes of a whole batch of a tensor. Logits are float32 in each case. */
  long bytes(Tensor tensor) {
    boolean wide = precision == Precision.FLOAT32 || tensor.equals(program.logits());
    return count(tensor) * (wide ? Float.BYTES : Short.BYTES);
  }

  /** Pixels of a whole batch. */
  long rows(Tensor tensor) {
    return (long) batch * tensor.height() * tensor.width();
  }

  /** Elements of a whole batch. */
  long count(Tensor tensor) {
    return batch * tensor.elements();
  }
}
