package dev.resnet.pictures;

/**
 * The rows of a BMP, read where they stand in the file. Only files compressed as runs are decoded
 * as a whole, since their rows can't be found otherwise.
 *
 * <p>The Java image library is not used here: it holds the whole image and ignores transparency.
 */
final class BmpRows implements RegionRows {
  private static final long BUFFERS = 16 << 10;

  private final BmpFile bmp;
  private final Region region;

  /** The rows of palette indexes as they would stand in a file without compression; or the file. */
  private final byte[] rows;

  private final long start;
  private final long stride;
  private final int bits;

  /** Some programs leave all alpha values 0 and mean an opaque image. */
  private final boolean opaque;

  private int y;

  BmpRows(BmpFile bmp, Region region) throws UnreadablePictureException {
    this.bmp = bmp;
    this.region = region;
    y = region.top();
    rows = bmp.runs() ? BmpRuns.decode(bmp) : bmp.file();
    start = bmp.runs() ? 0 : bmp.data();
    stride = bmp.runs() ? bmp.width() : bmp.stride();
    bits = bmp.runs() ? 8 : bmp.bits();
    opaque = bmp.masks()[3] == 0 || bits < 16 || !hasAlpha();
  }

  static long memory(BmpFile bmp) {
    return BUFFERS + (bmp.runs() ? (long) bmp.width() * bmp.height() : 0);
  }

  private boolean hasAlpha() {
    for (int row = 0; row < bmp.height(); row++) {
      for (int x = 0; x < bmp.width(); x++) {
        if ((pixel(row, x) & bmp.masks()[3]) != 0) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public void next(int[] rgb) {
    int row = bmp.topDown() ? y : bmp.height() - 1 - y;
    for (int x = 0; x < region.width(); x++) {
      int pixel = pixel(row, region.left() + x);
      if (bits <= 8) {
        Colors.over(bmp.palette()[pixel], rgb, 3 * x);
      } else if (bits == 24) {
        Colors.over(0xff000000 | pixel, rgb, 3 * x);
      } else {
        masked(pixel, rgb, 3 * x);
      }
    }
    y++;
  }

  /** The pixel's bits, or its palette index. */
  private int pixel(int row, int x) {
    long bit = (long) x * bits;
    int at = (int) (start + row * stride + (bit >> 3));
    return switch (bits) {
      case 8 -> rows[at] & 0xff;
      case 16 -> (rows[at + 1] & 0xff) << 8 | rows[at] & 0xff;
      case 24 -> (rows[at + 2] & 0xff) << 16 | (rows[at + 1] & 0xff) << 8 | rows[at] & 0xff;
      case 32 ->
          (rows[at + 3] & 0xff) << 24
              | (rows[at + 2] & 0xff) << 16
              | (rows[at + 1] & 0xff) << 8
              | rows[at] & 0xff;
      default -> rows[at] >> 8 - bits - (int) (bit & 7) & (1 << bits) - 1;
    };
  }

  private void masked(int pixel, int[] rgb, int at) {
    int alpha = opaque ? 255 : sample(pixel, bmp.masks()[3]);
    for (int c = 0; c < 3; c++) {
      rgb[at + c] = Colors.over(sample(pixel, bmp.masks()[c]), alpha, 255);
    }
  }

  /** The bits of the mask as a number, scaled to 8 bits. */
  private static int sample(int pixel, int mask) {
    if (mask == 0) {
      return 0;
    }
    int shift = Integer.numberOfTrailingZeros(mask);
    long maximum = (mask & 0xffffffffL) >>> shift;
    long sample = (pixel & mask & 0xffffffffL) >>> shift;
    return (int) ((2 * 255 * sample + maximum) / (2 * maximum));
  }

  /** All rows have been checked: the file is long enough, and runs are decoded as a whole. */
  @Override
  public void finish() {}

  @Override
  public void close() {}
}
