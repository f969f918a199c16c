package dev.resnet.serving;

import dev.resnet.pictures.ImageShape;

/** Averaging over an image and its mirror image. */
final class Mirroring {
  private Mirroring() {}

  /**
   * Exchanges left and right.
   *
   * @param images [count, size, size, channels]
   */
  static void mirror(ImageShape shape, float[] images) {
    int row = shape.size() * ImageShape.CHANNELS;
    for (int first = 0; first < images.length; first += row) {
      int left = first;
      int right = first + row - ImageShape.CHANNELS;
      while (left < right) {
        for (int c = 0; c < ImageShape.CHANNELS; c++) {
          float kept = images[left + c];
          images[left + c] = images[right + c];
          images[right + c] = kept;
        }
        left += ImageShape.CHANNELS;
        right -= ImageShape.CHANNELS;
      }
    }
  }

  /** Writes the mean of both into the first. */
  static void average(float[][] probabilities, float[][] mirrored) {
    for (int i = 0; i < probabilities.length; i++) {
      for (int c = 0; c < probabilities[i].length; c++) {
        probabilities[i][c] = (probabilities[i][c] + mirrored[i][c]) / 2;
      }
    }
  }
}
