package dev.resnet.training;

/**
 * A loss, a parameter or a running statistic is not finite. The same configuration diverges again:
 * nothing is gained by another attempt.
 */
public class TrainingDivergedException extends TrainingFailedException {

  /**
   * @param what is not finite
   * @param epoch counted from 1
   * @param batch by which it was noticed, counted from 1; it may have begun earlier in the epoch
   * @param batches of an epoch
   */
  TrainingDivergedException(String what, int epoch, int batch, int batches, double learningRate) {
    super(
        ("The training diverged: %s is not finite in epoch %d, by batch %d of %d, at learning rate %s. "
                + "Try a smaller learning rate, less weight decay or a longer warm-up. "
                + "Checkpoints of earlier epochs are kept.")
            .formatted(what, epoch, batch, batches, learningRate));
  }
}
