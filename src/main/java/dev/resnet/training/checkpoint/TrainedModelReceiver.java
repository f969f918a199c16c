package dev.resnet.training.checkpoint;

import java.io.IOException;

/**
 * Takes in trained models; implemented by whoever serves them, called by whoever ran the training.
 */
@FunctionalInterface
public interface TrainedModelReceiver {

  /**
   * Registers a new version; idempotent on {@link TrainedModel#jobId()}, since the caller may die
   * between this call and its own book-keeping.
   *
   * @param promote whether the version is to answer for the model's name
   * @return the version, and whether it was promoted; the same again for the same job
   */
  RegisteredModel register(TrainedModel model, Promote promote) throws IOException;
}
