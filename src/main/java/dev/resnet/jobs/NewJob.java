package dev.resnet.jobs;

import dev.resnet.training.TrainingConfig;
import dev.resnet.training.checkpoint.Promote;

/**
 * A job to be submitted; every value resolved and checked.
 *
 * @param name for people
 * @param model the name that the trained network is registered under
 * @param promote whether it then answers for that name
 */
public record NewJob(String name, String model, TrainingConfig config, Promote promote) {}
