package dev.resnet.training;

/**
 * The progress of a training run after a step.
 *
 * @param epoch the current epoch, counted from 1
 * @param iteration completed steps, over all epochs
 * @param iterations steps of the whole training
 * @param crossEntropy mean over the steps of this epoch so far
 * @param accuracy over the same steps
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
