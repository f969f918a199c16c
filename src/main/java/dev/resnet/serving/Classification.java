package dev.resnet.serving;

import dev.resnet.models.ModelVersion;

/**
 * The answer of one version to a batch of pictures.
 *
 * @param version that computed all of it
 * @param probabilities [pictures, classes], each row summing to 1
 */
public record Classification(ModelVersion version, float[][] probabilities) {}
