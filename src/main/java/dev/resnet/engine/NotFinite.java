package dev.resnet.engine;

import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Looks for NaN and infinities in a network. One of them spreads with every step and never
 * disappears. The loss does not always show it: training doesn't use the running statistics, and a
 * ReLU may turn NaN into zero.
 */
public final class NotFinite {
  private static final int EXPONENT = 0x7f800000;
  private static final int MAGNITUDE = 0x7fffffff;

  private NotFinite() {}

  /**
   * What is not finite: "the parameter stem_W", "the running statistic norm1_var", "the optimiser
   * state"; empty where all is well.
   */
  public static Optional<String> in(ComputationGraph graph) {
    if (!allFinite(graph.params())) {
      return Optional.of(variable(graph));
    }
    return allFinite(optimiserState(graph)) ? Optional.empty() : Optional.of("the optimiser state");
  }

  /** Null where a network was read without it, or its updater keeps none. */
  private static @Nullable INDArray optimiserState(ComputationGraph graph) {
    var updater = graph.getUpdater(false);
    return updater == null ? null : updater.getStateViewArray();
  }

  private static String variable(ComputationGraph graph) {
    return GraphVariable.all(graph).stream()
        .filter(variable -> !allFinite(variable.values()))
        .findFirst()
        .map(v -> (v.trained() ? "the parameter " : "the running statistic ") + v.name())
        .orElse("a parameter");
  }

  private static boolean allFinite(@Nullable INDArray array) {
    if (array == null || array.isEmpty()) {
      return true;
    }
    // A maximum of integers, which the compiler turns into vector instructions.
    int largest = 0;
    for (float value : array.reshape(array.length()).toFloatVector()) {
      largest = Math.max(largest, Float.floatToRawIntBits(value) & MAGNITUDE);
    }
    return largest < EXPONENT;
  }
}
