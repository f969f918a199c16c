package dev.resnet.engine;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A batch of normalised images with their labels, in the layout that the engine asked for.
 *
 * <p>The arrays are reused: whoever fills a batch must not touch it until the engine's call has
 * returned.
 *
 * @param images float32, [size, channels, height, width] or [size, height, width, channels]
 * @param labels one class index per image
 */
public record Minibatch(INDArray images, int[] labels) implements AutoCloseable {

  /** An empty batch to be filled again and again. */
  public static Minibatch allocate(
      ImageLayout layout, int size, int channels, int height, int width) {
    long[] shape =
        switch (layout) {
          case NCHW -> new long[] {size, channels, height, width};
          case NHWC -> new long[] {size, height, width, channels};
        };
    return new Minibatch(Nd4j.createUninitializedDetached(DataType.FLOAT, shape), new int[size]);
  }

  public int size() {
    return labels.length;
  }

  /** Frees the images, which lie outside the Java heap. */
  @Override
  public void close() {
    images.close();
  }
}
