package dev.resnet.engine;

import dev.resnet.pictures.ImageShape;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Batches of Gaussian noise, as if normalised, with random labels of ten classes. */
public final class NoiseBatches {
  private NoiseBatches() {}

  public static Minibatch batch(ImageLayout layout, int size, long seed) {
    return batch(layout, ImageShape.CIFAR, size, seed);
  }

  static Minibatch batch(ImageLayout layout, ImageShape shape, int size, long seed) {
    INDArray images =
        Nd4j.create(
            pixels(shape, size, seed), new long[] {size, 3, shape.size(), shape.size()}, 'c');
    if (layout == ImageLayout.NHWC) {
      images = images.permute(0, 2, 3, 1).dup('c');
    }
    return new Minibatch(images, new Random(seed).ints(size, 0, 10).toArray());
  }

  /** [size, 3, 32, 32] */
  public static float[] pixels(int size, long seed) {
    return pixels(ImageShape.CIFAR, size, seed);
  }

  static float[] pixels(ImageShape shape, int size, long seed) {
    var random = new Random(seed);
    float[] pixels = new float[size * shape.values()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return pixels;
  }
}
