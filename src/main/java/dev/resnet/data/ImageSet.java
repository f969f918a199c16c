package dev.resnet.data;

import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Labelled RGB images in memory.
 *
 * @param shape of every image
 * @param pixels unsigned bytes [count, size, size, 3]
 * @param labels one class index per image
 */
public record ImageSet(ImageShape shape, byte[] pixels, short[] labels) {

  public ImageSet {
    if ((long) labels.length * shape.values() != pixels.length) {
      throw new IllegalArgumentException(
          "%d labels do not fit %d bytes of pixels (%d an image)"
              .formatted(labels.length, pixels.length, shape.values()));
    }
  }

  /** This many black images of class 0, to be filled. */
  public static ImageSet empty(ImageShape shape, int count) {
    return new ImageSet(
        shape, new byte[Math.multiplyExact(count, shape.values())], new short[count]);
  }

  public int count() {
    return labels.length;
  }

  /** The class index of image {@code i}. */
  public int label(int i) {
    return labels[i];
  }

  /** The labels as CIFAR's files hold them: one byte for each image of at most 256 classes. */
  public byte[] labelBytes() {
    byte[] bytes = new byte[labels.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) labels[i];
    }
    return bytes;
  }

  /** The first {@code limit} images, or all if there are fewer. */
  public ImageSet limited(int limit) {
    if (limit >= count()) {
      return this;
    }
    return new ImageSet(
        shape, Arrays.copyOf(pixels, limit * shape.values()), Arrays.copyOf(labels, limit));
  }

  /**
   * A random sample of this many images, in their original order, that keeps the proportions of the
   * classes; all images if there are fewer.
   *
   * @param seed another seed chooses other images
   */
  public ImageSet sample(int limit, long seed) {
    if (limit >= count()) {
      return this;
    }
    int[] chosen = new ClassSample(this, limit, seed).indices();
    ImageSet sample = empty(shape, limit);
    int size = shape.values();
    for (int i = 0; i < limit; i++) {
      System.arraycopy(pixels, chosen[i] * size, sample.pixels, i * size, size);
      sample.labels[i] = labels[chosen[i]];
    }
    return sample;
  }

  /** {@link #normalization(int[])} of all images. */
  public Normalization normalization() {
    return normalization(IntStream.range(0, count()).toArray());
  }

  /**
   * Mean and standard deviation of each channel, in double precision. The deviation of a constant
   * channel is 1.
   *
   * @param images the indices of those that count
   */
  public Normalization normalization(int[] images) {
    float[] mean = new float[ImageShape.CHANNELS];
    float[] deviation = new float[ImageShape.CHANNELS];
    int size = shape.values();
    double n = (double) images.length * shape.pixels();
    for (int c = 0; c < ImageShape.CHANNELS; c++) {
      // Sums of bytes are exact in a long, so the result does not depend on the order.
      long sum = 0;
      long squares = 0;
      for (int image : images) {
        for (int at = image * size + c; at < (image + 1) * size; at += ImageShape.CHANNELS) {
          int value = pixels[at] & 0xff;
          sum += value;
          squares += value * value;
        }
      }
      double m = sum / n;
      double variance = squares / n - m * m;
      mean[c] = (float) (m / 255);
      deviation[c] = variance > 0 ? (float) (Math.sqrt(variance) / 255) : 1f;
    }
    return new Normalization(mean, deviation);
  }
}
