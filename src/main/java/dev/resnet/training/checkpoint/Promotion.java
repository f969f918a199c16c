package dev.resnet.training.checkpoint;

/**
 * Whether a version was promoted when it was registered.
 *
 * @param reason a sentence for the user
 */
public record Promotion(boolean promoted, String reason) {}
