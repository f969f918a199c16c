package dev.resnet.pictures;

import java.awt.image.Raster;

/**
 * The rows of a decoded JPEG as 8-bit red, green and blue. In files with inks (CMYK), samples count
 * the light that an ink lets through, as Adobe's programs write it and browsers read it.
 *
 * <p>Reads the raw samples. {@link java.awt.image.BufferedImage#getRGB} would treat grey as linear
 * light and brighten it, which was not done for the training images.
 */
final class RgbRows {
  private static final int CMYK = 4;

  private final Raster raster;
  private final int bands;
  private final boolean ycck;
  private final int[] samples;

  /**
   * @param ycck whether the first three of four bands are luma and chroma of the inks
   */
  RgbRows(Raster raster, boolean ycck) throws UnreadablePictureException {
    this.raster = raster;
    this.ycck = ycck;
    bands = raster.getNumBands();
    samples = new int[raster.getWidth() * bands];
    if (bands != 1 && bands != 3 && bands != CMYK) {
      throw new UnreadablePictureException("has %d channels; send RGB or grey".formatted(bands));
    }
  }

  int height() {
    return raster.getHeight();
  }

  /** Fills {@code rgb} with the pixels of row {@code y}: [width, 3], values 0 to 255. */
  void read(int y, int[] rgb) {
    int width = raster.getWidth();
    raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, bands == 3 ? rgb : samples);
    if (bands == CMYK) {
      for (int x = 0; x < width; x++) {
        inks(4 * x, rgb, 3 * x);
      }
    }
    for (int i = 0; bands == 1 && i < 3 * width; i++) {
      rgb[i] = samples[i / 3];
    }
  }

  private void inks(int from, int[] rgb, int to) {
    int black = samples[from + 3];
    if (ycck) {
      // ITU-T T.871 gives red, green and blue; their complements are the inks.
      double y = samples[from];
      double cb = samples[from + 1] - 128;
      double cr = samples[from + 2] - 128;
      rgb[to] = ink(y + 1.402 * cr, black);
      rgb[to + 1] = ink(y - 0.344136 * cb - 0.714136 * cr, black);
      rgb[to + 2] = ink(y + 1.772 * cb, black);
      return;
    }
    for (int c = 0; c < 3; c++) {
      rgb[to + c] = Colors.through(samples[from + c], black);
    }
  }

  private static int ink(double complement, int black) {
    int ink = 255 - (int) Math.max(0, Math.min(255, Math.round(complement)));
    return Colors.through(ink, black);
  }
}
