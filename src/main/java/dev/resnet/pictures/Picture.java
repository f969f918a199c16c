package dev.resnet.pictures;

/**
 * An image as the network sees it.
 *
 * @param pixels unsigned bytes [size, size, 3]: red, green and blue of each pixel, row by row
 */
public record Picture(ImageShape shape, byte[] pixels) {

  public Picture {
    if (pixels.length != shape.values()) {
      throw new IllegalArgumentException(
          "an image of %s pixels has %d bytes, not %d"
              .formatted(shape, shape.values(), pixels.length));
    }
  }

  /** All black. */
  public static Picture black(ImageShape shape) {
    return new Picture(shape, new byte[shape.values()]);
  }
}
