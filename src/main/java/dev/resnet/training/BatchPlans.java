package dev.resnet.training;

import dev.resnet.data.CounterRandom;
import dev.resnet.engine.BatchPlan;
import dev.resnet.pictures.ImageShape;

/** Plans batches: for training with random crops, flips and cutouts, for evaluation without. */
final class BatchPlans {
  private BatchPlans() {}

  /** Batch {@code iteration} of an epoch in its shuffled order. */
  static BatchPlan training(
      int[] order,
      ImageShape shape,
      int batchSize,
      int iteration,
      Augmentation augmentation,
      long seed,
      int epoch) {
    int cutout = augmentation.cutout();
    BatchPlan plan = empty(batchSize, cutout);
    int padding = augmentation.cropPadding();
    int positions = 2 * padding + 1;
    for (int i = 0; i < batchSize; i++) {
      int position = iteration * batchSize + i;
      plan.images()[i] = order[position];
      var random = new CounterRandom(seed, epoch, position);
      plan.rows()[i] = random.below(positions, CounterRandom.Use.CROP_ROW) - padding;
      plan.columns()[i] = random.below(positions, CounterRandom.Use.CROP_COLUMN) - padding;
      plan.flips()[i] =
          augmentation.horizontalFlip() && random.below(2, CounterRandom.Use.FLIP) == 1;
      plan.cutRows()[i] = random.below(shape.size(), CounterRandom.Use.CUTOUT_ROW) - cutout / 2;
      plan.cutColumns()[i] =
          random.below(shape.size(), CounterRandom.Use.CUTOUT_COLUMN) - cutout / 2;
    }
    return plan;
  }

  /** The entries {@code from} to {@code from + count} of these images, not augmented. */
  static BatchPlan unchanged(int[] images, int from, int count) {
    BatchPlan plan = empty(count, 0);
    System.arraycopy(images, from, plan.images(), 0, count);
    return plan;
  }

  private static BatchPlan empty(int size, int cutout) {
    return new BatchPlan(
        new int[size],
        new int[size],
        new int[size],
        new boolean[size],
        cutout,
        new int[size],
        new int[size]);
  }
}
