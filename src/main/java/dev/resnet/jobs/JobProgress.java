package dev.resnet.jobs;

import org.jspecify.annotations.Nullable;

/**
 * A job's progress, as last written to the database.
 *
 * @param epoch the current epoch, counted from 1; 0 before the first step
 * @param iteration completed steps, over all epochs
 * @param iterations steps of the whole training
 * @param trainLoss mean cross entropy over this epoch's steps so far; null before the first step
 * @param trainAccuracy over the same steps
 * @param imagesPerSecond over the last few seconds; null until a step has been measured
 */
public record JobProgress(
    int epoch,
    long iteration,
    long iterations,
    @Nullable Double trainLoss,
    @Nullable Double trainAccuracy,
    @Nullable Double imagesPerSecond) {

  /** The progress of a job that has not started. */
  public static JobProgress none(long iterations) {
    return new JobProgress(0, 0, iterations, null, null, null);
  }

  /** The same progress without a speed, for a job that is not running. */
  JobProgress withoutSpeed() {
    return new JobProgress(epoch, iteration, iterations, trainLoss, trainAccuracy, null);
  }

  /**
   * The progress from which a resumed job continues.
   *
   * @param step completed steps of the next epoch
   * @param epochs of the whole training
   */
  JobProgress rewound(int completedEpochs, int step, int epochs) {
    return at(completedEpochs, step, epochs, null, null, null);
  }

  /** The same figures at the position of a checkpoint. */
  JobProgress at(int completedEpochs, int step, int epochs) {
    return at(completedEpochs, step, epochs, trainLoss, trainAccuracy, imagesPerSecond);
  }

  private JobProgress at(
      int completedEpochs,
      int step,
      int epochs,
      @Nullable Double loss,
      @Nullable Double accuracy,
      @Nullable Double speed) {
    return new JobProgress(
        step == 0 ? completedEpochs : completedEpochs + 1,
        iterations / epochs * completedEpochs + step,
        iterations,
        loss,
        accuracy,
        speed);
  }

  /** Fraction of the steps that are done, 0 to 1. */
  public double fraction() {
    return iterations == 0 ? 0 : Math.min(1, (double) iteration / iterations);
  }

  /** Seconds of training left at the current speed; null while the speed is not known. */
  public @Nullable Long etaSeconds(int batchSize) {
    if (imagesPerSecond == null || !(imagesPerSecond > 0)) {
      return null;
    }
    return Math.round((double) (iterations - iteration) * batchSize / imagesPerSecond);
  }
}
