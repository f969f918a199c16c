package dev.resnet.training;

import dev.resnet.training.checkpoint.TrainingState;
import java.time.Instant;

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
    Instant finishedAt) {

  static EpochMetrics of(TrainingState.Epoch state) {
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
        state.finishedAt());
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
}
