package dev.resnet.training;

import dev.resnet.training.checkpoint.TrainingState;
import java.time.Instant;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of one epoch.
 *
 * @param epoch counted from 1
 * @param learningRate of the epoch's last step
 * @param trainCrossEntropy mean over the epoch's augmented training images, in nats
 * @param l2Loss {@code λ·Σ‖v‖²/2} at the end of the epoch
 * @param trainAccuracy on the same images, measured while the weights were changing
 * @param testLoss mean cross entropy on the test images, with the running statistics of batch
 *     normalisation
 * @param testAccuracy on the test images
 * @param seconds of training and evaluation
 * @param imagesPerSecond of the training steps alone
 * @param validation on the images held out; null if there are none
 */
public record EpochMetrics(
    int epoch,
    double learningRate,
    double trainCrossEntropy,
    double l2Loss,
    double trainAccuracy,
    double testLoss,
    double testAccuracy,
    double seconds,
    double imagesPerSecond,
    Instant finishedAt,
    @Nullable Validation validation) {

  /**
   * Results on the validation images, measured like those on the test images.
   *
   * @param loss mean cross entropy, in nats
   */
  public record Validation(double loss, double accuracy) {}

  /** An epoch of a training without validation images. */
  public EpochMetrics(
      int epoch,
      double learningRate,
      double trainCrossEntropy,
      double l2Loss,
      double trainAccuracy,
      double testLoss,
      double testAccuracy,
      double seconds,
      double imagesPerSecond,
      Instant finishedAt) {
    this(
        epoch,
        learningRate,
        trainCrossEntropy,
        l2Loss,
        trainAccuracy,
        testLoss,
        testAccuracy,
        seconds,
        imagesPerSecond,
        finishedAt,
        null);
  }

  /**
   * Whether another run of the same epoch has the same results; the times may differ. They are the
   * same bits where an epoch is repeated after a crash.
   */
  public boolean hasSameResults(EpochMetrics other) {
    return withoutTimes().equals(other.withoutTimes());
  }

  private EpochMetrics withoutTimes() {
    return new EpochMetrics(
        epoch,
        learningRate,
        trainCrossEntropy,
        l2Loss,
        trainAccuracy,
        testLoss,
        testAccuracy,
        0,
        0,
        Instant.EPOCH,
        validation);
  }

  static EpochMetrics of(TrainingState.Epoch state, TrainingState.@Nullable Validation validation) {
    return new EpochMetrics(
        state.epoch(),
        state.learningRate(),
        state.trainCrossEntropy(),
        state.l2Loss(),
        state.trainAccuracy(),
        state.testLoss(),
        state.testAccuracy(),
        state.seconds(),
        state.imagesPerSecond(),
        state.finishedAt(),
        validation == null ? null : new Validation(validation.loss(), validation.accuracy()));
  }

  TrainingState.Epoch toState() {
    return new TrainingState.Epoch(
        epoch,
        learningRate,
        trainCrossEntropy,
        l2Loss,
        trainAccuracy,
        testLoss,
        testAccuracy,
        seconds,
        imagesPerSecond,
        finishedAt);
  }

  /** Nothing without validation images. */
  Stream<TrainingState.Validation> validationState() {
    return validation == null
        ? Stream.of()
        : Stream.of(new TrainingState.Validation(epoch, validation.loss(), validation.accuracy()));
  }
}
