package dev.resnet.engine;

import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Batches of Gaussian noise, as if normalised, with random labels of ten classes. */
public final class NoiseBatches {
  private NoiseBatches() {}

  public static Minibatch batch(ImageLayout layout, int size, long seed) {
    INDArray images = Nd4j.create(pixels(size, seed), new long[] {size, 3, 32, 32}, 'c');
    if (layout == ImageLayout.NHWC) {
      images = images.permute(0, 2, 3, 1).dup('c');
    }
    return new Minibatch(images, new Random(seed).ints(size, 0, 10).toArray());
  }

  /** [size, 3, 32, 32] */
  public static float[] pixels(int size, long seed) {
    var random = new Random(seed);
    float[] pixels = new float[size * 3 * 32 * 32];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return pixels;
  }
}
