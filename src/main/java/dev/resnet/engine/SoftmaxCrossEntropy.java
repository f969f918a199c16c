package dev.resnet.engine;

/** Cross entropy and accuracy of a batch on the host. */
public final class SoftmaxCrossEntropy {
  /**
   * Probabilities are clipped from below, so that one badly misclassified image can't make the mean
   * infinite.
   */
  private static final double SMALLEST_PROBABILITY = 1e-7;

  private SoftmaxCrossEntropy() {}

  /**
   * Tallies a batch. A NaN among the logits makes the sum NaN, so that it stays visible.
   *
   * @param logits [labels.length, classes], before the softmax
   */
  public static Tally tally(float[] logits, int[] labels) {
    int classes = logits.length / labels.length;
    double loss = 0;
    long correct = 0;
    for (int i = 0; i < labels.length; i++) {
      int from = i * classes;
      int best = 0;
      double max = Double.NEGATIVE_INFINITY;
      double bad = 0;
      for (int k = 0; k < classes; k++) {
        double z = logits[from + k];
        bad += z - z; // NaN for NaN and the infinities, else zero
        if (z > max) {
          max = z;
          best = k;
        }
      }
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        sum += Math.exp(logits[from + k] - max);
      }
      double probability = Math.exp(logits[from + labels[i]] - max) / sum;
      loss -= Math.log(Math.max(probability, SMALLEST_PROBABILITY)) + bad;
      correct += best == labels[i] ? 1 : 0;
    }
    return new Tally(labels.length, loss, correct);
  }
}
