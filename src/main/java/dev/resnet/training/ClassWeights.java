package dev.resnet.training;

import dev.resnet.data.ImageSet;
import org.jspecify.annotations.Nullable;

/** How much the images of a class count in the training loss. */
public enum ClassWeights {
  /** Every image counts the same. */
  NONE,
  /** Every class counts the same: those with few images don't drown among the others. */
  BALANCED;

  /**
   * The factor of the loss of an image, by its class. The mean over the images is 1, so a learning
   * rate means the same with and without weights.
   *
   * @param used indices of the images that are trained on
   * @return null for 1
   */
  float @Nullable [] of(ImageSet images, int[] used, int classes) {
    if (this == NONE) {
      return null;
    }
    int[] counts = new int[classes];
    for (int image : used) {
      counts[images.label(image)]++;
    }
    int present = 0;
    for (int count : counts) {
      present += count > 0 ? 1 : 0;
    }
    float[] weights = new float[classes];
    for (int c = 0; c < classes; c++) {
      double equal = (double) used.length / present;
      weights[c] = counts[c] == 0 ? 1 : (float) (equal / counts[c]);
    }
    return weights;
  }
}
