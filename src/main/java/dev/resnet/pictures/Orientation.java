package dev.resnet.pictures;

/** Turns an image upright by its Exif orientation (tag 0x0112). */
final class Orientation {
  private Orientation() {}

  static Picture upright(Picture picture, int orientation) {
    if (orientation == 1) {
      return picture;
    }
    int size = picture.shape().size();
    byte[] from = picture.pixels();
    byte[] to = new byte[from.length];
    for (int i = 0; i < to.length; i++) {
      int pixel = i / ImageShape.CHANNELS;
      int source = source(orientation, pixel % size, pixel / size, size);
      to[i] = from[ImageShape.CHANNELS * source + i % ImageShape.CHANNELS];
    }
    return new Picture(picture.shape(), to);
  }

  /** The index y · size + x in the stored image of pixel (x, y) of the upright image. */
  private static int source(int orientation, int x, int y, int size) {
    int last = size - 1;
    return switch (orientation) {
      case 2 -> y * size + last - x;
      case 3 -> (last - y) * size + last - x;
      case 4 -> (last - y) * size + x;
      case 5 -> x * size + y;
      case 6 -> (last - x) * size + y;
      case 7 -> (last - x) * size + last - y;
      case 8 -> x * size + last - y;
      default -> y * size + x;
    };
  }
}
