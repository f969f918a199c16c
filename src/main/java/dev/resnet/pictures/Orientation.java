package dev.resnet.pictures;

/** How a camera was held, as Exif numbers it (tag 0x0112): turns a picture upright. */
final class Orientation {
  private static final int LAST = Picture.SIZE - 1;

  private Orientation() {}

  static Picture upright(Picture picture, int orientation) {
    if (orientation == 1) {
      return picture;
    }
    byte[] from = picture.pixels();
    byte[] to = new byte[Picture.BYTES];
    for (int i = 0; i < to.length; i++) {
      int plane = i - i % Picture.PLANE;
      int y = i % Picture.PLANE / Picture.SIZE;
      int x = i % Picture.SIZE;
      to[i] = from[plane + source(orientation, x, y)];
    }
    return new Picture(to);
  }

  /** Where pixel (x, y) of the upright picture lies in the stored one. */
  private static int source(int orientation, int x, int y) {
    return switch (orientation) {
      case 2 -> at(LAST - x, y);
      case 3 -> at(LAST - x, LAST - y);
      case 4 -> at(x, LAST - y);
      case 5 -> at(y, x);
      case 6 -> at(y, LAST - x);
      case 7 -> at(LAST - y, LAST - x);
      case 8 -> at(LAST - y, x);
      default -> at(x, y);
    };
  }

  private static int at(int x, int y) {
    return y * Picture.SIZE + x;
  }
}
