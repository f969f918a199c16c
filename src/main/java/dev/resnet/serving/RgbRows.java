package dev.resnet.serving;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a decoded image as 8-bit red, green and blue, whatever it is made of: grey, palette,
 * 16 bits a channel (scaled), transparency (over white).
 *
 * <p>Reads the samples themselves. {@link BufferedImage#getRGB} would take grey for linear light
 * and brighten it, and apply colour profiles; the training pictures were never treated so.
 */
final class RgbRows {
  private static final int WHITE = 255;

  private final Raster raster;
  private final int bands;
  private final int maximum;

  /** Packed alpha, red, green, blue by palette index; null where there is no palette. */
  private final int @Nullable [] palette;

  private final int[] samples;

  RgbRows(BufferedImage image) throws UnreadablePictureException {
    raster = image.getRaster();
    bands = raster.getNumBands();
    maximum = (1 << raster.getSampleModel().getSampleSize(0)) - 1;
    palette = image.getColorModel() instanceof IndexColorModel colors ? packed(colors) : null;
    samples = new int[raster.getWidth() * bands];
    if (bands > 4 || palette != null && bands != 1) {
      throw new UnreadablePictureException("has %d channels; send RGB or grey".formatted(bands));
    }
  }

  /** Fills {@code rgb} with the pixels of row {@code y}: [width, 3], values 0 to 255. */
  void read(int y, int[] rgb) {
    int width = raster.getWidth();
    raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, samples);
    for (int x = 0; x < width; x++) {
      int from = x * bands;
      if (palette != null) {
        int color = palette[samples[from]];
        int alpha = color >>> 24;
        rgb[3 * x] = over(color >> 16 & 0xff, alpha, 255);
        rgb[3 * x + 1] = over(color >> 8 & 0xff, alpha, 255);
        rgb[3 * x + 2] = over(color & 0xff, alpha, 255);
        continue;
      }
      int alpha = bands % 2 == 0 ? samples[from + bands - 1] : maximum;
      for (int c = 0; c < 3; c++) {
        rgb[3 * x + c] = over(eight(samples[from + (bands > 2 ? c : 0)]), alpha, maximum);
      }
    }
  }

  /** To 8 bits, rounded: exact for 8-bit samples and for those that were widened from 8 bits. */
  private int eight(int sample) {
    return maximum == 255 ? sample : (int) ((2L * 255 * sample + maximum) / (2L * maximum));
  }

  private static int over(int value, int alpha, int opaque) {
    if (alpha == opaque) {
      return value;
    }
    return (int)
        ((2L * (value * (long) alpha + (long) WHITE * (opaque - alpha)) + opaque) / (2L * opaque));
  }

  private static int[] packed(IndexColorModel colors) {
    // Indexes beyond the palette are black, as the standard advises.
    int[] packed = new int[1 << colors.getPixelSize()];
    Arrays.fill(packed, 0xff000000);
    for (int i = 0; i < Math.min(packed.length, colors.getMapSize()); i++) {
      packed[i] = colors.getRGB(i);
    }
    return packed;
  }
}
