package dev.resnet.engine.program;

/**
 * The sliding window of a convolution or a pooling, in pixels.
 *
 * @param top padding above; bottom may differ: "same" padding of a stride of 2 is at the bottom and
 *     the right only
 */
public record Window(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int top,
    int left,
    int bottom,
    int right) {

  /** A window with TensorFlow's "same" padding: ⌈size / stride⌉ pixels come out. */
  static Window same(int[] kernel, int[] stride, int height, int width) {
    int vertical = padding(kernel[0], stride[0], height);
    int horizontal = padding(kernel[1], stride[1], width);
    return new Window(
        kernel[0],
        kernel[1],
        stride[0],
        stride[1],
        vertical / 2,
        horizontal / 2,
        vertical - vertical / 2,
        horizontal - horizontal / 2);
  }

  /** A window with the same padding on both sides; pixels that no window reaches are cut off. */
  static Window truncated(int[] kernel, int[] stride, int[] padding, int height, int width) {
    return new Window(
        kernel[0],
        kernel[1],
        stride[0],
        stride[1],
        padding[0],
        padding[1],
        // The last rows that no window reaches are left out by a smaller, possibly negative,
        // padding.
        used(height, kernel[0], stride[0], padding[0]) - height - padding[0],
        used(width, kernel[1], stride[1], padding[1]) - width - padding[1]);
  }

  /** The tensor computed from a source: one pixel for each position of the window. */
  Tensor output(String name, int channels, Tensor source) {
    return new Tensor(
        name,
        channels,
        (source.height() + top + bottom - kernelHeight) / strideHeight + 1,
        (source.width() + left + right - kernelWidth) / strideWidth + 1);
  }

  /** [height, width]; the same holds for the methods that follow. */
  public long[] kernel() {
    return new long[] {kernelHeight, kernelWidth};
  }

  public long[] strides() {
    return new long[] {strideHeight, strideWidth};
  }

  public long[] paddingBefore() {
    return new long[] {top, left};
  }

  public long[] paddingAfter() {
    return new long[] {bottom, right};
  }

  /**
   * Zero where the kernel is smaller than the stride and the last pixels are skipped: see {@link
   * #same}.
   */
  private static int padding(int kernel, int stride, int size) {
    int out = (size + stride - 1) / stride;
    return (out - 1) * stride + kernel - size;
  }

  private static int used(int size, int kernel, int stride, int padding) {
    int out = (size + 2 * padding - kernel) / stride + 1;
    return (out - 1) * stride + kernel;
  }
}
