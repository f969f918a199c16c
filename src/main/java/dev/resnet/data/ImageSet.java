package dev.resnet.data;

import java.util.Arrays;

/**
 * Labelled 32×32 RGB images in memory, as CIFAR-10 stores them.
 *
 * @param pixels unsigned bytes [count, 3, 32, 32]: an image's red plane, then green, then blue,
 *     each row by row
 * @param labels one class index per image, unsigned
 */
public record ImageSet(byte[] pixels, byte[] labels) {
  public static final int SIZE = 32;
  public static final int CHANNELS = 3;

  /** Bytes of one colour plane. */
  public static final int PLANE = SIZE * SIZE;

  /** Bytes of one image. */
  public static final int IMAGE = CHANNELS * PLANE;

  public ImageSet {
    if ((long) labels.length * IMAGE != pixels.length) {
      throw new IllegalArgumentException(
          "%d labels do not fit %d bytes of pixels (%d an image)"
              .formatted(labels.length, pixels.length, IMAGE));
    }
  }

  public int count() {
    return labels.length;
  }

  /** The class index of image {@code i}. */
  public int label(int i) {
    return labels[i] & 0xff;
  }

  /** The first {@code limit} images, or all where there are no more. */
  public ImageSet limited(int limit) {
    if (limit >= count()) {
      return this;
    }
    return new ImageSet(Arrays.copyOf(pixels, limit * IMAGE), Arrays.copyOf(labels, limit));
  }
}
