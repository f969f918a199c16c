package dev.resnet.training.checkpoint;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** Registers trained models; implemented by the model registry, called by the jobs. */
public interface TrainedModelReceiver {

  /**
   * Registers a new version; idempotent on {@link TrainedModel#jobId()}, because the caller may
   * crash before it has recorded the result.
   *
   * @param promote whether to put the version into production. That may take minutes, if the
   *     version that is there has to be evaluated first
   * @param stop whether to give that up
   * @return the version, and whether it was promoted; the same result for the same job
   * @throws CancellationException if {@code stop} ended it; nothing is registered then
   */
  RegisteredModel register(TrainedModel model, Promote promote, BooleanSupplier stop)
      throws IOException;

  /** Registers a version, however long that takes. */
  default RegisteredModel register(TrainedModel model, Promote promote) throws IOException {
    return register(model, promote, () -> false);
  }

  /** The result of a registration for a job; empty if the job has not been registered. */
  Optional<RegisteredModel> registered(String jobId);
}
