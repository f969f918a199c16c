package dev.resnet.jobs;

import dev.resnet.training.TrainingConfig;
import dev.resnet.training.checkpoint.Promote;
import org.jspecify.annotations.Nullable;

/**
 * A job to submit; all values are resolved and checked.
 *
 * @param name shown to people
 * @param model the name that the trained network is registered under
 * @param datasetVersion SHA-256 of the version of an uploaded data set; null for a built-in one
 * @param promote whether to put the model into production
 * @param priority from -100 to 100; the queue takes up jobs of a higher priority first
 * @param sweep the sweep that it belongs to; null for a job of its own
 */
public record NewJob(
    String name,
    String model,
    TrainingConfig config,
    @Nullable String datasetVersion,
    Promote promote,
    int priority,
    @Nullable String sweep) {

  /** A job of its own with the priority 0. */
  public NewJob(
      String name,
      String model,
      TrainingConfig config,
      @Nullable String datasetVersion,
      Promote promote) {
    this(name, model, config, datasetVersion, promote, 0, null);
  }

  /** The same as a job of a sweep. */
  public NewJob in(String sweep) {
    return new NewJob(name, model, config, datasetVersion, promote, priority, sweep);
  }
}
