package dev.resnet.training;

import dev.resnet.data.Dataset;
import dev.resnet.data.ValidationSplit;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.Objective;
import dev.resnet.engine.Precision;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import dev.resnet.training.checkpoint.TrainingState;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/**
 * What a training run works with: the engine, and the images for training, validation and test.
 *
 * @param trainImages the indices of the images that are trained on, without those for validation
 * @param batches of the training images, which include those for validation
 */
record TrainingSetup(
    int[] trainImages,
    int iterationsPerEpoch,
    Normalization normalization,
    TrainingEngine engine,
    Batches batches,
    Batches testBatches,
    Evaluation validation,
    Evaluation test)
    implements AutoCloseable {

  /**
   * Makes the engine and gives it the images.
   *
   * @param resumed null in a run from the beginning
   */
  static TrainingSetup of(
      TrainingConfig config,
      Dataset data,
      ComputationGraph graph,
      @Nullable TrainingState resumed) {
    var split = ValidationSplit.of(data.train(), config.validationFraction(), config.seed());
    int[] trainImages = split.train();
    if (config.validationFraction() > 0 && split.validation().length == 0) {
      throw new TrainingFailedException(
          ("None of the %d training images can be held out for validation, since each class has"
                  + " only one: use more images or validation_fraction 0")
              .formatted(trainImages.length));
    }
    Normalization normalization = data.train().normalization(trainImages);
    int iterationsPerEpoch = config.iterationsPerEpoch(trainImages.length);
    if (iterationsPerEpoch == 0) {
      throw new TrainingFailedException(
          "%d training images do not fill one batch of %d: use a smaller batch_size"
              .formatted(trainImages.length, config.batchSize()));
    }
    TrainingEngine engine = engine(config, data, trainImages, graph, resumed);
    Batches batches = null;
    try {
      batches = Batches.of(data.train(), normalization, engine);
      Batches testBatches = Batches.of(data.test(), normalization, engine);
      return new TrainingSetup(
          trainImages,
          iterationsPerEpoch,
          normalization,
          engine,
          batches,
          testBatches,
          new Evaluation(batches, split.validation()),
          new Evaluation(testBatches, IntStream.range(0, data.test().count()).toArray()));
    } catch (RuntimeException | Error e) {
      if (batches != null) {
        batches.close();
      }
      engine.close();
      throw e;
    }
  }

  private static TrainingEngine engine(
      TrainingConfig config,
      Dataset data,
      int[] trainImages,
      ComputationGraph graph,
      @Nullable TrainingState resumed) {
    ImageShape shape = data.shape();
    Objective objective = config.objective(data.train(), trainImages, data.classes().size());
    return resumed == null
        ? Engines.training(
            config.engine(), config.precision(), graph, shape, config.batchSize(), objective)
        : Engines.resumedTraining(
            config.engine(),
            config.precision(),
            EngineName.of(resumed.engine()),
            Precision.of(resumed.precision()),
            graph,
            shape,
            config.batchSize(),
            objective);
  }

  @Override
  public void close() {
    try (engine;
        testBatches;
        batches) {
      // Close each one even if closing another fails.
    }
  }
}
