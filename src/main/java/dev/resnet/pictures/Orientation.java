package dev.resnet.pictures;

/** How a camera was held, as Exif numbers it (tag 0x0112): turns a picture upright. */
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

  /** Where pixel (x, y) of the upright picture lies in the stored one, as y · size + x. */
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
