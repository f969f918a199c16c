package dev.resnet.training.checkpoint;

import java.io.IOException;
import java.util.Optional;

/** Registers trained models; implemented by the model registry, called by the jobs. */
public interface TrainedModelReceiver {

  /**
   * Registers a new version; idempotent on {@link TrainedModel#jobId()}, because the caller may
   * crash before it has recorded the result.
   *
   * @param promote whether to put the version into production
   * @return the version, and whether it was promoted; the same result for the same job
   */
  RegisteredModel register(TrainedModel model, Promote promote) throws IOException;

  /** The result of {@link #register} for a job; empty if the job has not been registered. */
  Optional<RegisteredModel> registered(String jobId);
}
