package dev.resnet.pictures;

import java.awt.image.Raster;

/**
 * The rows of a decoded JPEG as 8-bit red, green and blue.
 *
 * <p>Reads the raw samples. {@link java.awt.image.BufferedImage#getRGB} would treat grey as linear
 * light and brighten it, which was not done for the training images.
 */
final class RgbRows {
  private final Raster raster;
  private final int bands;
  private final int[] samples;

  RgbRows(Raster raster) throws UnreadablePictureException {
    this.raster = raster;
    bands = raster.getNumBands();
    samples = new int[raster.getWidth() * bands];
    if (bands != 1 && bands != 3) {
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
    for (int i = 0; bands == 1 && i < 3 * width; i++) {
      rgb[i] = samples[i / 3];
    }
  }
}
