package dev.resnet.training;

import dev.resnet.data.ImageSet;
import dev.resnet.engine.BatchPlan;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.pictures.Normalization;
import java.util.function.IntFunction;

/** The batches of an image set, made on the host or by the engine. */
interface Batches extends AutoCloseable {

  /** A batch that is ready for the engine. */
  interface Batch {

    /** One optimiser step. */
    void train(double learningRate);

    /** With running statistics. */
    Tally evaluate();
  }

  /** Uses a batch; false ends the run early. */
  @FunctionalInterface
  interface Step {
    boolean take(int index, Batch batch);
  }

  /**
   * Takes the batches {@code from} to {@code count - 1} to the step, in their order.
   *
   * @param plans the plan of each batch; they may be asked for on another thread
   * @return whether all were used
   */
  boolean run(int from, int count, IntFunction<BatchPlan> plans, Step step);

  @Override
  void close();

  /** Close them before the engine. */
  static Batches of(ImageSet images, Normalization normalization, TrainingEngine engine) {
    return engine.assembles()
        ? new ResidentBatches(images, normalization, engine)
        : new BatchPipeline(images, normalization, engine);
  }
}
