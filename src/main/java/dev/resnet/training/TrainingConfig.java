package dev.resnet.training;

import dev.resnet.data.ImageSet;
import dev.resnet.data.ValidationSplit;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Objective;
import dev.resnet.engine.Precision;
import java.util.Objects;
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
 * @param validationFraction part of the training images held out for validation, in [0, 0.5]
 * @param keep which epoch becomes the model; {@code BEST} needs validation images
 * @param earlyStopping when to end before {@code epochs}; null for never; needs validation images
 * @param labelSmoothing ε in [0, 1); see {@link Objective}
 * @param classWeights how much the images of each class count
 * @param startFrom earlier weights to start from; null for fresh ones
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
    @Nullable Integer testLimit,
    double validationFraction,
    Keep keep,
    @Nullable EarlyStopping earlyStopping,
    double labelSmoothing,
    ClassWeights classWeights,
    @Nullable StartFrom startFrom) {

  public TrainingConfig {
    // Null in configurations that were stored by earlier versions.
    keep = Objects.requireNonNullElse(keep, Keep.LAST);
    classWeights = Objects.requireNonNullElse(classWeights, ClassWeights.NONE);
  }

  /** Fresh weights, plain cross entropy, no validation images: the last epoch is kept. */
  public TrainingConfig(
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
    this(
        stackN,
        dataset,
        epochs,
        batchSize,
        learningRate,
        momentum,
        weightDecay,
        augmentation,
        engine,
        precision,
        seed,
        trainLimit,
        testLimit,
        0,
        Keep.LAST,
        null,
        0,
        ClassWeights.NONE,
        null);
  }

  /** The same training with this choice of the epoch. */
  public TrainingConfig choosing(
      double validationFraction, Keep keep, @Nullable EarlyStopping earlyStopping) {
    return with(validationFraction, keep, earlyStopping, labelSmoothing, classWeights, startFrom);
  }

  /** The same training with this loss and from these weights. */
  public TrainingConfig fitting(
      double labelSmoothing, ClassWeights classWeights, @Nullable StartFrom startFrom) {
    return with(validationFraction, keep, earlyStopping, labelSmoothing, classWeights, startFrom);
  }

  private TrainingConfig with(
      double validationFraction,
      Keep keep,
      @Nullable EarlyStopping earlyStopping,
      double labelSmoothing,
      ClassWeights classWeights,
      @Nullable StartFrom startFrom) {
    return new TrainingConfig(
        stackN,
        dataset,
        epochs,
        batchSize,
        learningRate,
        momentum,
        weightDecay,
        augmentation,
        engine,
        precision,
        seed,
        trainLimit,
        testLimit,
        validationFraction,
        keep,
        earlyStopping,
        labelSmoothing,
        classWeights,
        startFrom);
  }

  /**
   * What is minimised.
   *
   * @param used indices of the training images that are trained on
   */
  Objective objective(ImageSet train, int[] used, int classes) {
    return new Objective(
        weightDecay,
        labelSmoothing,
        classWeights.of(train, used, classes),
        startFrom != null && startFrom.freeze() == Freeze.BACKBONE);
  }

  /**
   * How many training images of a data set are trained on, at least; exact without validation.
   *
   * @param all training images of the data set
   * @param classes their number
   */
  public int leastTrainImages(int all, int classes) {
    int used = trainLimit == null ? all : Math.min(trainLimit, all);
    return ValidationSplit.leastTraining(used, classes, validationFraction);
  }

  /**
   * Steps per epoch; the last partial batch is dropped.
   *
   * @param trainImages those that are trained on
   */
  public int iterationsPerEpoch(int trainImages) {
    return trainImages / batchSize;
  }
}
