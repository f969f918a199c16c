package dev.resnet.serving;

import dev.resnet.models.ModelVersion;

/**
 * The predictions of one version for a batch of images.
 *
 * @param version that computed all predictions
 * @param probabilities [images, classes], each row summing to 1
 */
public record Classification(ModelVersion version, float[][] probabilities) {}
