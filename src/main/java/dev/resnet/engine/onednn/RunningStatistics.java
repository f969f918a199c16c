package dev.resnet.engine.onednn;

import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Variable;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The running means and variances of all normalisations. As DL4J does it, the way to the new value
 * is written where a gradient would stand, and the update subtracts it.
 */
final class RunningStatistics {
  /**
   * One running vector.
   *
   * @param share of the batch in the new value
   * @param at where its gradient would stand
   */
  private record Vector(FloatBuffer batch, FloatBuffer running, float share, int at, int length) {
    void move(FloatBuffer gradients) {
      for (int c = 0; c < length; c++) {
        gradients.put(at + c, (running.get(c) - batch.get(c)) * share);
      }
    }
  }

  private final List<Vector> vectors = new ArrayList<>();
  private final FloatBuffer gradients;

  RunningStatistics(CompiledProgram compiled, FloatBuffer gradients) {
    this.gradients = gradients;
    for (ForwardBinding.Statistics statistics : compiled.statistics()) {
      Normalization norm = statistics.normalization();
      add(compiled, norm.mean(), statistics.mean(), norm.decay());
      add(compiled, norm.variance(), statistics.variance(), norm.decay());
    }
  }

  private void add(CompiledProgram compiled, Variable running, OneDnn.Memory batch, double decay) {
    vectors.add(
        new Vector(
            NativeBlock.floats(batch.place(), running.length()),
            compiled.values(running),
            (float) (1 - decay),
            Math.toIntExact(running.offset()),
            Math.toIntExact(running.length())));
  }

  /** After forward, before the update. */
  void move() {
    for (int i = 0; i < vectors.size(); i++) {
      vectors.get(i).move(gradients);
    }
  }
}
