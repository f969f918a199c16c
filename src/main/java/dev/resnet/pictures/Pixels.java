package dev.resnet.pictures;

/**
 * A rectangle of pixels.
 *
 * @param rgb unsigned bytes [height, width, 3]
 */
record Pixels(int width, int height, byte[] rgb) {

  /** Centred on a black image. */
  Picture centred(ImageShape shape) {
    if (width == shape.size() && height == shape.size()) {
      return new Picture(shape, rgb);
    }
    Picture picture = Picture.black(shape);
    int left = (shape.size() - width) / 2;
    int top = (shape.size() - height) / 2;
    int row = ImageShape.CHANNELS * width;
    for (int y = 0; y < height; y++) {
      int to = ImageShape.CHANNELS * ((top + y) * shape.size() + left);
      System.arraycopy(rgb, y * row, picture.pixels(), to, row);
    }
    return picture;
  }
}
