package dev.resnet.pictures;

/**
 * The rows of a PNG. One row is in memory at a time. The rows of an interlaced file come in seven
 * passes, so the whole region is kept as 8-bit red, green and blue.
 *
 * <p>The Java image library is not used here: it holds several copies of a row and the whole image,
 * and it ignores the transparency of grey images with few bits.
 */
final class PngRows implements RegionRows {
  /** First column and row of each pass, and the steps between its pixels: Adam7. */
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private static final long BUFFERS = 64 << 10;

  private final PngFile png;
  private final Region region;
  private final PngData data;
  private final byte[] row;
  private final PngLine line;
  private final PngPixels pixels;

  /** The region [height, width, 3] of an interlaced file. */
  private final byte[] whole;

  private int y;

  PngRows(PngFile png, Region region) {
    this.png = png;
    this.region = region;
    data = new PngData(png.file(), png.data());
    row = new byte[(int) kept(png, region)];
    line = new PngLine(data, row, png.channels() * png.bits());
    pixels = new PngPixels(png);
    whole = new byte[png.interlaced() ? 3 * region.width() * region.height() : 0];
  }

  /** Most bytes that decoding takes. */
  static long memory(PngFile png, Region region) {
    return kept(png, region) + (png.interlaced() ? 3 * region.pixels() : 0) + BUFFERS;
  }

  private static long kept(PngFile png, Region region) {
    return png.rowBytes(region.left() + region.width());
  }

  @Override
  public void next(int[] rgb) throws UnreadablePictureException {
    if (png.interlaced()) {
      if (y == 0) {
        passes();
      }
      for (int i = 0, from = 3 * region.width() * y; i < 3 * region.width(); i++) {
        rgb[i] = whole[from + i] & 0xff;
      }
      y++;
      return;
    }
    while (y < region.top()) {
      line();
    }
    line();
    for (int x = 0; x < region.width(); x++) {
      pixels.read(row, region.left() + x, rgb, 3 * x);
    }
  }

  @Override
  public void finish() throws UnreadablePictureException {
    while (!png.interlaced() && y < png.height()) {
      line();
    }
  }

  private void line() throws UnreadablePictureException {
    line.next(row.length, png.rowBytes(png.width()));
    y++;
  }

  private void passes() throws UnreadablePictureException {
    int[] rgb = new int[3];
    for (int[] pass : PASSES) {
      int columns = count(png.width(), pass[0], pass[2]);
      int rows = count(png.height(), pass[1], pass[3]);
      if (columns == 0) {
        continue; // An empty pass has no rows in the file.
      }
      int wanted = count(region.left() + region.width(), pass[0], pass[2]);
      line.first();
      for (int i = 0; i < rows; i++) {
        line.next((int) png.rowBytes(wanted), png.rowBytes(columns));
        int to = pass[1] + i * pass[3] - region.top();
        if (to >= 0 && to < region.height()) {
          scatter(pass, wanted, to, rgb);
        }
      }
    }
  }

  private void scatter(int[] pass, int wanted, int to, int[] rgb) {
    int first = count(region.left(), pass[0], pass[2]);
    for (int i = first; i < wanted; i++) {
      pixels.read(row, i, rgb, 0);
      int at = 3 * (to * region.width() + pass[0] + i * pass[2] - region.left());
      for (int c = 0; c < 3; c++) {
        whole[at + c] = (byte) rgb[c];
      }
    }
  }

  /** How many of {@code first, first + step, …} are below {@code end}. */
  private static int count(int end, int first, int step) {
    return end <= first ? 0 : (end - first + step - 1) / step;
  }

  @Override
  public void close() {
    data.close();
  }
}
