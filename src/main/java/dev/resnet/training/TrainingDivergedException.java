package dev.resnet.training;

/**
 * A loss, a parameter or a running statistic is not finite. The same configuration diverges again,
 * so a retry does not help.
 */
public class TrainingDivergedException extends TrainingFailedException {

  /**
   * @param what the value that is not finite
   * @param epoch counted from 1
   * @param batch at which it was noticed, counted from 1; it may have started earlier in the epoch
   * @param batches per epoch
   */
  TrainingDivergedException(String what, int epoch, int batch, int batches, double learningRate) {
    super(
        ("The training diverged: %s is not finite in epoch %d, by batch %d of %d, at learning rate %s. "
                + "Try a smaller learning rate, less weight decay or a longer warm-up. "
                + "Checkpoints of earlier epochs are kept.")
            .formatted(what, epoch, batch, batches, learningRate));
  }
}
