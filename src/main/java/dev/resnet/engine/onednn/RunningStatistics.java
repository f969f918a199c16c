package dev.resnet.engine.onednn;

import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Variable;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The running means and variances of all batch normalisations. As in DL4J, the change is written
 * where a gradient would stand, and the update subtracts it.
 */
final class RunningStatistics {
  /**
   * One running vector.
   *
   * @param gradient where its gradient would stand
   * @param share of the batch in the new value
   */
  private record Vector(
      FloatBuffer batch, FloatBuffer running, FloatBuffer gradient, float share, int length) {
    void move() {
      for (int c = 0; c < length; c++) {
        gradient.put(c, (running.get(c) - batch.get(c)) * share);
      }
    }
  }

  private final Binding binding;
  private final List<Vector> vectors = new ArrayList<>();

  RunningStatistics(Binding binding, List<ForwardBinding.Statistics> all) {
    this.binding = binding;
    for (ForwardBinding.Statistics statistics : all) {
      Normalization norm = statistics.normalization();
      add(norm.mean(), statistics.mean(), norm.decay());
      add(norm.variance(), statistics.variance(), norm.decay());
    }
  }

  private void add(Variable running, OneDnn.Memory batch, double decay) {
    vectors.add(
        new Vector(
            NativeBlock.floats(batch.place(), running.length()),
            binding.values(running),
            binding.gradientValues(running),
            (float) (1 - decay),
            running.length()));
  }

  /** After forward, before the update. */
  void move() {
    for (int i = 0; i < vectors.size(); i++) {
      vectors.get(i).move();
    }
  }
}
