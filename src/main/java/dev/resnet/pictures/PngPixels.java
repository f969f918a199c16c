package dev.resnet.pictures;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The pixels of a PNG row as 8-bit red, green and blue. Converts grey, palettes, 16-bit samples
 * (scaled) and transparency (blended over white). Gamma and colour profiles are not applied, as
 * they were not for the training images.
 */
final class PngPixels {
  private final int bits;
  private final int color;
  private final int channels;
  private final int maximum;

  /** Packed alpha, red, green, blue by palette index. */
  private final int[] palette;

  /**
   * The sample values that mean "transparent" if there is neither a palette nor an alpha channel.
   */
  private final int @Nullable [] transparent;

  PngPixels(PngFile file) {
    bits = file.bits();
    color = file.color();
    channels = file.channels();
    maximum = (1 << bits) - 1;
    palette = palette(file);
    transparent = transparent(file, maximum);
  }

  /** Writes pixel {@code x} of the row to {@code rgb[at, at + 3)}. */
  void read(byte[] row, int x, int[] rgb, int at) {
    switch (color) {
      case PngFile.PALETTE -> Colors.over(palette[sample(row, x)], rgb, at);
      case PngFile.GREY, PngFile.GREY_ALPHA -> {
        int grey = sample(row, x * (long) channels);
        int alpha = channels == 2 ? sample(row, x * 2L + 1) : opacity(grey, grey, grey);
        Arrays.fill(rgb, at, at + 3, Colors.over(Colors.eight(grey, maximum), alpha, maximum));
      }
      default -> {
        long first = x * (long) channels;
        int red = sample(row, first);
        int green = sample(row, first + 1);
        int blue = sample(row, first + 2);
        int alpha = channels == 4 ? sample(row, first + 3) : opacity(red, green, blue);
        rgb[at] = Colors.over(Colors.eight(red, maximum), alpha, maximum);
        rgb[at + 1] = Colors.over(Colors.eight(green, maximum), alpha, maximum);
        rgb[at + 2] = Colors.over(Colors.eight(blue, maximum), alpha, maximum);
      }
    }
  }

  private int sample(byte[] row, long index) {
    if (bits == 8) {
      return row[(int) index] & 0xff;
    }
    if (bits == 16) {
      int at = (int) (2 * index);
      return (row[at] & 0xff) << 8 | row[at + 1] & 0xff;
    }
    long bit = index * bits;
    return row[(int) (bit >> 3)] >> 8 - bits - (int) (bit & 7) & maximum;
  }

  private int opacity(int red, int green, int blue) {
    return transparent != null
            && transparent[0] == red
            && transparent[1] == green
            && transparent[2] == blue
        ? 0
        : maximum;
  }

  private static int[] palette(PngFile file) {
    // Indexes beyond the palette are black, as the standard advises.
    int[] packed = new int[256];
    Arrays.fill(packed, 0xff000000);
    byte[] colors = file.palette();
    if (file.color() != PngFile.PALETTE || colors == null) {
      return packed;
    }
    byte[] alpha = file.transparency();
    for (int i = 0; i < Math.min(256, colors.length / 3); i++) {
      int opacity = alpha != null && i < alpha.length ? alpha[i] & 0xff : 0xff;
      packed[i] =
          opacity << 24
              | (colors[3 * i] & 0xff) << 16
              | (colors[3 * i + 1] & 0xff) << 8
              | colors[3 * i + 2] & 0xff;
    }
    return packed;
  }

  /**
   * Reads samples of two bytes each, of which the lowest bits count. Grey has one for all channels.
   */
  private static int @Nullable [] transparent(PngFile file, int maximum) {
    byte[] samples = file.transparency();
    int step = file.color() == PngFile.RGB ? 2 : 0;
    boolean has = file.color() == PngFile.RGB || file.color() == PngFile.GREY;
    if (!has || samples == null || samples.length < 2 + 2 * step) {
      return null;
    }
    int[] transparent = new int[3];
    for (int c = 0; c < 3; c++) {
      transparent[c] = ((samples[c * step] & 0xff) << 8 | samples[c * step + 1] & 0xff) & maximum;
    }
    return transparent;
  }
}
