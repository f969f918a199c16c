package dev.resnet.training.checkpoint;

import java.time.Instant;
import java.util.List;

/**
 * The training state in a checkpoint: {@code training.json} in its zip.
 *
 * @param format version of this file's format
 * @param epoch completed epochs
 * @param iteration completed steps, over all epochs
 * @param stackN of the network
 * @param seed of the training run; randomness is a function of it, so no generator state is stored
 * @param dataset name
 * @param dataSha256 of the images it was trained on
 * @param classes by index
 * @param mean per channel R, G, B, in [0, 1]
 * @param standardDeviation per channel, in (0, 1]
 * @param engine that trained the network, with its precision
 * @param history one entry per epoch
 * @param validation one entry per epoch with validation images; empty in files of earlier versions
 */
public record TrainingState(
    int format,
    int epoch,
    long iteration,
    int stackN,
    long seed,
    String dataset,
    String dataSha256,
    List<String> classes,
    float[] mean,
    float[] standardDeviation,
    String engine,
    String precision,
    List<Epoch> history,
    List<Validation> validation) {
  /** At the end of an epoch; every version reads it. */
  public static final int FORMAT = 1;

  /** Within an epoch: the same with a {@link PartialEpoch}. */
  public static final int FORMAT_WITHIN_EPOCH = 2;

  /** The metrics of one epoch; see {@code EpochMetrics}. */
  public record Epoch(
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

    boolean isFinite() {
      return Double.isFinite(trainCrossEntropy + l2Loss + testLoss);
    }
  }

  /** The results of one epoch on the validation images; see {@code EpochMetrics}. */
  public record Validation(int epoch, double loss, double accuracy) {}

  /** The metrics of the last completed epoch. */
  Epoch latest() {
    return history.get(history.size() - 1);
  }
}
