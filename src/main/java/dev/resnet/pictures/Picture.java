package dev.resnet.pictures;

/**
 * What the network sees, as CIFAR-10 stores it.
 *
 * @param pixels unsigned bytes [3, 32, 32]: the red plane, then green, then blue, each row by row
 */
public record Picture(byte[] pixels) {
  public static final int SIZE = 32;

  /** Bytes of one colour plane. */
  public static final int PLANE = SIZE * SIZE;

  public static final int BYTES = 3 * PLANE;

  public Picture {
    if (pixels.length != BYTES) {
      throw new IllegalArgumentException(
          "a picture has %d bytes, not %d".formatted(BYTES, pixels.length));
    }
  }
}
