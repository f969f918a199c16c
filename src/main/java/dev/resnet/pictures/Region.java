package dev.resnet.pictures;

/**
 * The part of a stored image that is decoded, in pixels.
 *
 * @param left the first column
 * @param top the first row
 */
record Region(int left, int top, int width, int height) {

  static Region whole(int width, int height) {
    return new Region(0, 0, width, height);
  }

  /** The largest centred square. */
  static Region square(int width, int height) {
    int side = Math.min(width, height);
    return new Region((width - side) / 2, (height - side) / 2, side, side);
  }

  /** The first row below. */
  int bottom() {
    return top + height;
  }

  long pixels() {
    return (long) width * height;
  }
}
