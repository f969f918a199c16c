package dev.resnet.training;

import dev.resnet.data.CounterRandom;
import dev.resnet.data.ImageSet;
import dev.resnet.pictures.ImageShape;

/**
 * The images of a batch, with the crop and flip of each; the same for host and device.
 *
 * @param images indices into the image set, in batch order
 * @param rows shift of each crop in [-padding, +padding]: pixel (y, x) comes from row y + shift
 * @param columns the same for columns, applied before the flip
 * @param flips whether each image is mirrored
 * @param cutout side of the square that is set to zero last; 0 for none
 * @param cutRows first row of each square, which may lie outside the image
 * @param cutColumns first column of each square
 */
record BatchPlan(
    int[] images,
    int[] rows,
    int[] columns,
    boolean[] flips,
    int cutout,
    int[] cutRows,
    int[] cutColumns) {

  int size() {
    return images.length;
  }

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
      plan.images[i] = order[position];
      var random = new CounterRandom(seed, epoch, position);
      plan.rows[i] = random.below(positions, CounterRandom.Use.CROP_ROW) - padding;
      plan.columns[i] = random.below(positions, CounterRandom.Use.CROP_COLUMN) - padding;
      plan.flips[i] = augmentation.horizontalFlip() && random.below(2, CounterRandom.Use.FLIP) == 1;
      plan.cutRows[i] = random.below(shape.size(), CounterRandom.Use.CUTOUT_ROW) - cutout / 2;
      plan.cutColumns[i] = random.below(shape.size(), CounterRandom.Use.CUTOUT_COLUMN) - cutout / 2;
    }
    return plan;
  }

  /** The entries {@code from} to {@code from + count} of these images, not augmented. */
  static BatchPlan unchanged(int[] images, int from, int count) {
    BatchPlan plan = empty(count, 0);
    for (int i = 0; i < count; i++) {
      plan.images[i] = images[from + i];
    }
    return plan;
  }

  void labels(ImageSet set, int[] labels) {
    for (int i = 0; i < images.length; i++) {
      labels[i] = set.label(images[i]);
    }
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
