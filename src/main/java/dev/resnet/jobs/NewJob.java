package dev.resnet.jobs;

import dev.resnet.training.TrainingConfig;
import dev.resnet.training.checkpoint.Promote;

/**
 * A job to submit; all values are resolved and checked.
 *
 * @param name shown to people
 * @param model the name that the trained network is registered under
 * @param promote whether to put the model into production
 */
public record NewJob(String name, String model, TrainingConfig config, Promote promote) {}
