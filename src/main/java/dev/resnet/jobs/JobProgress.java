package dev.resnet.jobs;

import org.jspecify.annotations.Nullable;

/**
 * Where a job's training stands, as last written to the database.
 *
 * @param epoch the epoch under way, counted from 1; 0 before the first step
 * @param iteration completed steps in all
 * @param iterations steps of the whole training
 * @param trainLoss mean cross entropy over this epoch's steps so far; null before the first step
 * @param trainAccuracy over the same
 * @param imagesPerSecond over the last few seconds; null while no step has been measured
 */
public record JobProgress(
    int epoch,
    long iteration,
    long iterations,
    @Nullable Double trainLoss,
    @Nullable Double trainAccuracy,
    @Nullable Double imagesPerSecond) {

  /** The progress of a job that has not begun. */
  public static JobProgress none(long iterations) {
    return new JobProgress(0, 0, iterations, null, null, null);
  }

  /** The same place; nobody trains at this moment. */
  JobProgress withoutSpeed() {
    return new JobProgress(epoch, iteration, iterations, trainLoss, trainAccuracy, null);
  }

  /** The place after so many whole epochs, where a resumed training goes on. */
  JobProgress rewound(int completedEpochs, int epochs) {
    return new JobProgress(
        completedEpochs, iterations / epochs * completedEpochs, iterations, null, null, null);
  }

  /** Done steps as a part of all, 0 to 1. */
  public double fraction() {
    return iterations == 0 ? 0 : Math.min(1, (double) iteration / iterations);
  }

  /** Seconds of training left at the present speed; null while the speed is not known. */
  public @Nullable Long etaSeconds(int batchSize) {
    if (imagesPerSecond == null || !(imagesPerSecond > 0)) {
      return null;
    }
    return Math.round((double) (iterations - iteration) * batchSize / imagesPerSecond);
  }
}
