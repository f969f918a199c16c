package dev.resnet.training;

import org.jspecify.annotations.Nullable;

/**
 * The weights that a training run starts from: those of a model version or of a checkpoint of a
 * job.
 *
 * @param model name of the model; null if the weights are a job's
 * @param version of the model
 * @param job id of the job; null if the weights are a model's
 * @param epoch of the job's checkpoint
 * @param sha256 of the file with the weights, lower-case hex
 */
public record StartFrom(
    @Nullable String model,
    @Nullable Integer version,
    @Nullable String job,
    @Nullable Integer epoch,
    Freeze freeze,
    String sha256) {

  /** For messages. */
  public String label() {
    return model == null
        ? "epoch %d of job %s".formatted(epoch, job)
        : "version %d of model '%s'".formatted(version, model);
  }
}
