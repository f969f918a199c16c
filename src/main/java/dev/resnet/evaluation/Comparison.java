package dev.resnet.evaluation;

import dev.resnet.models.EvaluationMetrics.OfClass;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Two versions on the same images.
 *
 * @param bothRight images that both get right
 * @param onlyA images that only {@code a} gets right
 * @param pValue of McNemar's test, exact and two-sided
 */
public record Comparison(
    Evaluation a,
    Evaluation b,
    List<ClassAccuracy> classes,
    int bothRight,
    int onlyA,
    int onlyB,
    int bothWrong,
    double pValue) {
  /** The usual level of significance. */
  private static final double LEVEL = 0.05;

  /**
   * @param images of this class
   * @param a accuracy on them, which is the recall
   */
  public record ClassAccuracy(String name, int images, double a, double b) {}

  static Comparison of(
      Evaluation a, Predictions predictionsOfA, Evaluation b, Predictions predictionsOfB) {
    int[] counts = new int[4];
    for (int i = 0; i < predictionsOfA.count(); i++) {
      counts[(predictionsOfA.right(i) ? 0 : 2) + (predictionsOfB.right(i) ? 0 : 1)]++;
    }
    Map<String, OfClass> ofB =
        b.metrics().classes().stream()
            .collect(Collectors.toMap(OfClass::name, Function.identity()));
    List<ClassAccuracy> classes =
        a.metrics().classes().stream()
            .map(
                of ->
                    new ClassAccuracy(
                        of.name(), of.images(), of.recall(), ofB.get(of.name()).recall()))
            .toList();
    return new Comparison(
        a,
        b,
        classes,
        counts[0],
        counts[1],
        counts[2],
        counts[3],
        McNemar.exact(counts[1], counts[2]));
  }

  /** What the test says, in words. */
  public String meaning() {
    if (onlyA == onlyB) {
      return onlyA == 0
          ? "Both versions get the same images right."
          : "Each version gets %d images right that the other gets wrong: neither is better."
              .formatted(onlyA);
    }
    boolean first = onlyA > onlyB;
    int better = first ? a.version() : b.version();
    int worse = first ? b.version() : a.version();
    String counts =
        "Version %d gets %d images right that version %d gets wrong, and %d the other way round."
            .formatted(better, Math.max(onlyA, onlyB), worse, Math.min(onlyA, onlyB));
    String chance =
        " If both were equally good, a difference as large or larger would occur with probability %s"
            .formatted(number(pValue));
    return counts
        + chance
        + (pValue < LEVEL
            ? ": version %d is significantly better at the 5 %% level.".formatted(better)
            : ": these images don't show that one is better (5 % level).");
  }

  private static String number(double p) {
    return String.format(Locale.ROOT, p < 0.001 ? "%.1e" : "%.3f", p);
  }
}
