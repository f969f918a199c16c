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
   * @return the version, counted from 1 within the model's name
   */
  int register(TrainedModel model) throws IOException;
}
