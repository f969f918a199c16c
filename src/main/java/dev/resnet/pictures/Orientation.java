package dev.resnet.pictures;

/** Turns an image upright by its Exif orientation (tag 0x0112). */
final class Orientation {
  private Orientation() {}

  static Pixels upright(Pixels stored, int orientation) {
    if (orientation == 1) {
      return stored;
    }
    boolean swaps = orientation >= 5;
    int width = swaps ? stored.height() : stored.width();
    int height = swaps ? stored.width() : stored.height();
    byte[] from = stored.rgb();
    byte[] to = new byte[from.length];
    for (int i = 0; i < to.length; i++) {
      int pixel = i / ImageShape.CHANNELS;
      int source = source(orientation, pixel % width, pixel / width, stored);
      to[i] = from[ImageShape.CHANNELS * source + i % ImageShape.CHANNELS];
    }
    return new Pixels(width, height, to);
  }

  /** The index of the stored pixel that is pixel (x, y) of the upright image. */
  private static int source(int orientation, int x, int y, Pixels stored) {
    int width = stored.width();
    int right = width - 1;
    int bottom = stored.height() - 1;
    return switch (orientation) {
      case 2 -> y * width + right - x;
      case 3 -> (bottom - y) * width + right - x;
      case 4 -> (bottom - y) * width + x;
      case 5 -> x * width + y;
      case 6 -> (bottom - x) * width + y;
      case 7 -> (bottom - x) * width + right - y;
      case 8 -> x * width + right - y;
      default -> y * width + x;
    };
  }
}
