package dev.resnet.training.checkpoint;

/**
 * The outcome of registering a trained model.
 *
 * @param version counted from 1 within the model's name
 */
public record RegisteredModel(int version, Promotion promotion) {}
