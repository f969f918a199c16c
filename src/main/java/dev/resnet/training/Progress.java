package dev.resnet.training;

/**
 * Where a training stands, after some step.
 *
 * @param epoch the epoch under way, counted from 1
 * @param iteration completed steps in all
 * @param iterations steps of the whole training
 * @param crossEntropy mean over the steps of this epoch so far
 * @param accuracy over the same
 * @param imagesPerSecond over the last few seconds
 */
public record Progress(
    int epoch,
    int epochs,
    long iteration,
    long iterations,
    double crossEntropy,
    double accuracy,
    double imagesPerSecond) {

  public double fraction() {
    return iterations == 0 ? 0 : (double) iteration / iterations;
  }
}
