package dev.resnet.engine.program;

/**
 * Activations or their gradients for one image; a batch of them is what an operation works on.
 *
 * @param name unique within a program
 */
public record Tensor(String name, int channels, int height, int width) {

  /** Elements of one image. */
  public long elements() {
    return (long) channels * height * width;
  }

  /** A tensor of the same shape. */
  Tensor named(String other) {
    return new Tensor(other, channels, height, width);
  }
}
