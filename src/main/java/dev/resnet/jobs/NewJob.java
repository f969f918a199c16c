package dev.resnet.jobs;

import dev.resnet.training.TrainingConfig;

/**
 * A job to be submitted; every value resolved and checked.
 *
 * @param name for people
 * @param model the name that the trained network is registered under
 */
public record NewJob(String name, String model, TrainingConfig config) {}
