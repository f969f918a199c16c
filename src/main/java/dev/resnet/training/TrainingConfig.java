package dev.resnet.training;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import org.jspecify.annotations.Nullable;

/**
 * All resolved hyperparameters of one training run; nothing else changes the result.
 *
 * @param stackN blocks per stage; the network has depth 6n+2
 * @param dataset the name of the data set
 * @param epochs passes over the training images
 * @param batchSize images per step; the last partial batch of an epoch is dropped
 * @param learningRate the schedule
 * @param momentum of Nesterov's accelerated gradient, in [0, 1)
 * @param weightDecay λ in {@code λ·Σ‖v‖²/2} over every trainable variable
 * @param augmentation of the training images
 * @param engine requested engine
 * @param precision requested precision
 * @param seed of initialisation, shuffling and augmentation
 * @param trainLimit use only so many training images, chosen by class and seed; null for all
 * @param testLimit use only this many test images, from the first; null for all
 */
public record TrainingConfig(
    int stackN,
    String dataset,
    int epochs,
    int batchSize,
    LearningRate learningRate,
    double momentum,
    double weightDecay,
    Augmentation augmentation,
    EngineName engine,
    Precision precision,
    long seed,
    @Nullable Integer trainLimit,
    @Nullable Integer testLimit) {

  /** Steps per epoch; the last partial batch is dropped. */
  public int iterationsPerEpoch(int trainImages) {
    int used = trainLimit == null ? trainImages : Math.min(trainLimit, trainImages);
    return used / batchSize;
  }
}
