package dev.resnet.evaluation;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The images that a version got wrong, the most confident first. */
public final class Mistakes {
  private final Evaluation evaluation;
  private final Predictions predictions;
  private final List<String> classes;

  /** Image indices in order. Primitive, since a data set may have millions of images. */
  private final int[] order;

  private Mistakes(
      Evaluation evaluation, Predictions predictions, List<String> classes, int[] order) {
    this.evaluation = evaluation;
    this.predictions = predictions;
    this.classes = classes;
    this.order = order;
  }

  /**
   * An image.
   *
   * @param index in its split, from 0
   * @param confidence the probability of the predicted class
   */
  public record Mistake(int index, String truth, String predicted, float confidence) {}

  /**
   * @param classes of the version, by index
   * @param truth null for every class
   * @param predicted null for every class
   */
  static Mistakes of(
      Evaluation evaluation,
      Predictions predictions,
      List<String> classes,
      @Nullable Integer truth,
      @Nullable Integer predicted) {
    int[] order =
        IntStream.range(0, predictions.count())
            .filter(i -> !predictions.right(i))
            .filter(i -> truth == null || predictions.truth()[i] == truth)
            .filter(i -> predicted == null || predictions.predicted()[i] == predicted)
            .mapToLong(i -> key(predictions.confidence()[i], i))
            .sorted()
            .mapToInt(key -> (int) key)
            .toArray();
    return new Mistakes(evaluation, predictions, classes, order);
  }

  /** Ascending by descending confidence, then by index: the bits of positive floats are ordered. */
  private static long key(float confidence, int index) {
    return (long) (Integer.MAX_VALUE - Float.floatToIntBits(confidence)) << 32 | index;
  }

  public Evaluation evaluation() {
    return evaluation;
  }

  /** On all pages. */
  public int count() {
    return order.length;
  }

  /**
   * Part of the list.
   *
   * @param leastFirst whether to begin with the least confident one
   */
  public List<Mistake> page(int size, long from, boolean leastFirst) {
    return IntStream.range(0, order.length)
        .skip(from)
        .limit(size)
        .map(n -> order[leastFirst ? order.length - 1 - n : n])
        .mapToObj(
            i ->
                new Mistake(
                    i,
                    classes.get(predictions.truth()[i]),
                    classes.get(predictions.predicted()[i]),
                    predictions.confidence()[i]))
        .toList();
  }
}
