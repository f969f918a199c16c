package dev.resnet.pictures;

import java.util.Arrays;

/**
 * The rows of a GIF's first frame, on white where it is transparent or does not reach. One row is
 * in memory at a time; the rows of an interlaced frame come in four passes, so it is kept whole.
 */
final class GifRows implements RegionRows {
  /** First row of each pass, and the step between its rows. */
  private static final int[][] PASSES = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};

  private static final long BUFFERS = 64 << 10;

  private final GifFile gif;
  private final Region region;
  private final GifData data;

  /** Palette indexes of one row or, if interlaced, of all. */
  private final byte[] indexes;

  /** Rows of the frame that have been read. */
  private int read;

  private int y;

  GifRows(GifFile gif, Region region) throws UnreadablePictureException {
    this.gif = gif;
    this.region = region;
    y = region.top();
    data = new GifData(gif.file(), gif.data());
    indexes = new byte[(int) kept(gif)];
  }

  static long memory(GifFile gif) {
    return kept(gif) + BUFFERS;
  }

  private static long kept(GifFile gif) {
    return gif.interlaced() ? gif.frame().pixels() : gif.frame().width();
  }

  @Override
  public void next(int[] rgb) throws UnreadablePictureException {
    Arrays.fill(rgb, 0, 3 * region.width(), Colors.WHITE);
    Region frame = gif.frame();
    int row = y - frame.top();
    y++;
    if (row < 0 || row >= frame.height()) {
      return;
    }
    readTo(row + 1);
    int from = gif.interlaced() ? row * frame.width() : 0;
    int end = Math.min(region.left() + region.width(), frame.left() + frame.width());
    for (int x = Math.max(region.left(), frame.left()); x < end; x++) {
      int packed = gif.palette()[indexes[from + x - frame.left()] & 0xff];
      Colors.over(packed, rgb, 3 * (x - region.left()));
    }
  }

  @Override
  public void finish() throws UnreadablePictureException {
    readTo(gif.frame().height());
  }

  private void readTo(int rows) throws UnreadablePictureException {
    int width = gif.frame().width();
    if (gif.interlaced() && read == 0) {
      for (int[] pass : PASSES) {
        for (int row = pass[0]; row < gif.frame().height(); row += pass[1]) {
          data.read(indexes, row * width, width);
        }
      }
      read = gif.frame().height();
    }
    for (; read < rows; read++) {
      data.read(indexes, 0, width);
    }
  }

  @Override
  public void close() {}
}
