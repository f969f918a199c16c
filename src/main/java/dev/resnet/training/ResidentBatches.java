package dev.resnet.training;

import dev.resnet.data.ImageSet;
import dev.resnet.engine.BatchPlan;
import dev.resnet.engine.ResidentImages;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.pictures.Normalization;
import java.util.function.IntFunction;

/**
 * The engine makes the batches from images on its device; the host only plans them. A plan takes
 * microseconds while the device still works on the steps before, so no other thread is needed.
 */
final class ResidentBatches implements Batches {
  private final TrainingEngine engine;
  private final ResidentImages images;

  ResidentBatches(ImageSet set, Normalization normalization, TrainingEngine engine) {
    this.engine = engine;
    this.images = engine.keep(set.shape(), set.pixels(), set.labels(), normalization.table());
  }

  private record PlannedBatch(TrainingEngine engine, ResidentImages images, BatchPlan plan)
      implements Batch {
    @Override
    public void train(double learningRate) {
      engine.step(images, plan, learningRate);
    }

    @Override
    public Tally evaluate() {
      return engine.evaluate(images, plan);
    }
  }

  @Override
  public boolean run(int from, int count, IntFunction<BatchPlan> plans, Step step) {
    for (int i = from; i < count; i++) {
      if (!step.take(i, new PlannedBatch(engine, images, plans.apply(i)))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    images.close();
  }
}
