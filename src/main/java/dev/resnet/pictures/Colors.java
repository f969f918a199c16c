package dev.resnet.pictures;

/**
 * Samples as 8-bit red, green and blue. Colour profiles and gamma are not applied, as they were not
 * for the training images.
 */
final class Colors {
  static final int WHITE = 255;

  private Colors() {}

  /** Scales a sample to 8 bits, rounded. */
  static int eight(int sample, int maximum) {
    return maximum == 255 ? sample : (int) ((2L * 255 * sample + maximum) / (2L * maximum));
  }

  /**
   * Blends a value over white.
   *
   * @param alpha from 0, transparent, to {@code opaque}
   */
  static int over(int value, int alpha, int opaque) {
    if (alpha == opaque) {
      return value;
    }
    return (int)
        ((2L * (value * (long) alpha + (long) WHITE * (opaque - alpha)) + opaque) / (2L * opaque));
  }

  /**
   * Writes a colour, packed as alpha, red, green and blue, over white to {@code rgb[at, at + 3)}.
   */
  static void over(int packed, int[] rgb, int at) {
    int alpha = packed >>> 24;
    rgb[at] = over(packed >> 16 & 0xff, alpha, 255);
    rgb[at + 1] = over(packed >> 8 & 0xff, alpha, 255);
    rgb[at + 2] = over(packed & 0xff, alpha, 255);
  }

  /**
   * Light that an ink and black let through.
   *
   * @param ink light that the ink lets through: 255 without ink
   * @param black the same of black
   */
  static int through(int ink, int black) {
    return (2 * ink * black + 255) / 510;
  }
}
