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
 */
public record NewJob(
    String name,
    String model,
    TrainingConfig config,
    @Nullable String datasetVersion,
    Promote promote) {}
