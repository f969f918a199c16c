package dev.resnet.training.checkpoint;

import java.io.IOException;
import java.util.Optional;

/**
 * Takes in trained models; implemented by whoever serves them, called by whoever ran the training.
 */
public interface TrainedModelReceiver {

  /**
   * Registers a new version; idempotent on {@link TrainedModel#jobId()}, since the caller may die
   * between this call and its own book-keeping.
   *
   * @param promote whether the version is to answer for the model's name
   * @return the version, and whether it was promoted; the same again for the same job
   */
  RegisteredModel register(TrainedModel model, Promote promote) throws IOException;

  /** What {@link #register} has answered for a job; empty where it was not called to its end. */
  Optional<RegisteredModel> registered(String jobId);
}
