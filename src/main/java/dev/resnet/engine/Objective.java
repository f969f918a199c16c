package dev.resnet.engine;

import org.jspecify.annotations.Nullable;

/**
 * What a training run minimises, and in which variables: the mean over the batch of {@code
 * weight(y)·Σ −t·ln p}, plus {@code λ·Σ‖v‖²/2} over every trained variable. The target t of an
 * image of class y is 1 − ε + ε/classes at y and ε/classes elsewhere (Szegedy et al., 2016, section
 * 7).
 *
 * @param weightDecay λ
 * @param labelSmoothing ε, in [0, 1)
 * @param classWeights factor of the loss of an image, by its class; null for 1
 * @param outputOnly whether only the output layer is trained; then batch normalisation uses and
 *     keeps its running statistics
 */
public record Objective(
    double weightDecay,
    double labelSmoothing,
    float @Nullable [] classWeights,
    boolean outputOnly) {

  /** Plain cross entropy and weight decay, over every variable. */
  public static Objective crossEntropy(double weightDecay) {
    return new Objective(weightDecay, 0, null, false);
  }

  /** With λ rounded to float32, for engines whose updates compute with it. */
  public Objective rounded() {
    return new Objective((float) weightDecay, labelSmoothing, classWeights, outputOnly);
  }

  /** The target of a class that is not the image's. */
  public float otherTarget(int classes) {
    return (float) (labelSmoothing / classes);
  }

  /** The target of the image's class. */
  public float ownTarget(int classes) {
    return (float) (1 - labelSmoothing + labelSmoothing / classes);
  }
}
