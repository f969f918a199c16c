package dev.resnet.training.checkpoint;

/**
 * What became of a trained model.
 *
 * @param version counted from 1 within the model's name
 */
public record RegisteredModel(int version, Promotion promotion) {}
