package dev.resnet.pictures;

/** Predictions of a pixel from its neighbours (RFC 9649, section 4.1). */
final class WebpPredictors {
  private static final int OPAQUE_BLACK = 0xff000000;

  private WebpPredictors() {}

  /**
   * Predicts {@code pixels[i]}, which is neither in the first row nor in the first column. On the
   * right edge, the first pixel of the row takes the place of the upper right neighbour.
   */
  static int predict(int mode, int[] pixels, int i, int width) {
    int left = pixels[i - 1];
    int top = pixels[i - width];
    int topRight = pixels[i - width + 1];
    int topLeft = pixels[i - width - 1];
    return switch (mode) {
      case 1 -> left;
      case 2 -> top;
      case 3 -> topRight;
      case 4 -> topLeft;
      case 5 -> mean(mean(left, topRight), top);
      case 6 -> mean(left, topLeft);
      case 7 -> mean(left, top);
      case 8 -> mean(topLeft, top);
      case 9 -> mean(top, topRight);
      case 10 -> mean(mean(left, topLeft), mean(top, topRight));
      case 11 -> distance(top, topLeft) < distance(left, topLeft) ? left : top;
      case 12 -> gradient(left, top, topLeft);
      case 13 -> halfGradient(mean(left, top), topLeft);
      default -> OPAQUE_BLACK;
    };
  }

  private static int mean(int a, int b) {
    return (a & b) + ((a ^ b) >>> 1 & 0x7f7f7f7f);
  }

  private static int distance(int a, int b) {
    int sum = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      sum += Math.abs((a >> shift & 0xff) - (b >> shift & 0xff));
    }
    return sum;
  }

  private static int gradient(int left, int top, int topLeft) {
    int all = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      int value = (left >> shift & 0xff) + (top >> shift & 0xff) - (topLeft >> shift & 0xff);
      all |= clamp(value) << shift;
    }
    return all;
  }

  private static int halfGradient(int mean, int topLeft) {
    int all = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      int value = mean >> shift & 0xff;
      all |= clamp(value + (value - (topLeft >> shift & 0xff)) / 2) << shift;
    }
    return all;
  }

  private static int clamp(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
