package dev.resnet.pictures;

/**
 * The largest centred square of an image, in pixels.
 *
 * @param left the first column
 * @param top the first row
 * @param side of the square
 */
record Square(int left, int top, int side) {

  static Square of(int width, int height) {
    int side = Math.min(width, height);
    return new Square((width - side) / 2, (height - side) / 2, side);
  }
}
