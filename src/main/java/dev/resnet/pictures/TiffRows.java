package dev.resnet.pictures;

import java.nio.ByteOrder;

/**
 * The rows of a TIFF image. All pieces in a row of tiles are decompressed side by side, so one row
 * of pixels is in memory at a time.
 *
 * <p>The Java image library is not used here: it allocates the whole image before it looks whether
 * the file can hold it.
 */
final class TiffRows implements RegionRows {
  private static final long BUFFERS = 64 << 10;

  private final TiffFile tiff;
  private final TiffTiles tiles;
  private final Region region;

  /** Bytes of a row of one piece. */
  private final int pieceBytes;

  /** Samples of a pixel in one plane. */
  private final int together;

  /** [plane][piece]: those that the next row crosses. */
  private final TiffData[][] pieces;

  /** [plane][byte] */
  private final byte[][] rows;

  private int y;

  TiffRows(TiffFile tiff, Region region) throws UnreadablePictureException {
    this.tiff = tiff;
    this.region = region;
    tiles = tiff.tiles();
    tiles.check(tiff.tags());
    together = together(tiff);
    pieceBytes = (int) pieceBytes(tiff);
    pieces = new TiffData[tiles.planes()][tiles.across()];
    rows = new byte[tiles.planes()][tiles.across() * pieceBytes];
  }

  static long memory(TiffFile tiff) {
    TiffTiles tiles = tiff.tiles();
    long open = (long) tiles.planes() * tiles.across();
    return open * (pieceBytes(tiff) + TiffData.memory(tiff.compression())) + BUFFERS;
  }

  private static int together(TiffFile tiff) {
    return tiff.tiles().planes() == 1 ? tiff.samples().count() : 1;
  }

  private static long pieceBytes(TiffFile tiff) {
    return ((long) tiff.tiles().width() * together(tiff) * tiff.samples().bits() + 7) / 8;
  }

  @Override
  public void next(int[] rgb) throws UnreadablePictureException {
    while (y < region.top()) {
      row();
    }
    row();
    for (int x = 0; x < region.width(); x++) {
      tiff.samples().read(rows, region.left() + x, rgb, 3 * x);
    }
  }

  @Override
  public void finish() throws UnreadablePictureException {
    while (y < tiff.height()) {
      row();
    }
  }

  private void row() throws UnreadablePictureException {
    boolean begins = y % tiles.height() == 0;
    for (int plane = 0; plane < rows.length; plane++) {
      for (int i = 0; i < tiles.across(); i++) {
        if (begins) {
          open(plane, i);
        }
        pieces[plane][i].read(rows[plane], i * pieceBytes, pieceBytes);
        if (tiff.differences()) {
          addLeft(rows[plane], i * pieceBytes);
        }
      }
    }
    y++;
  }

  private void open(int plane, int i) throws UnreadablePictureException {
    if (pieces[plane][i] != null) {
      pieces[plane][i].close();
    }
    TiffTags tags = tiff.tags();
    long piece = ((long) plane * tiles.down() + y / tiles.height()) * tiles.across() + i;
    int from = (int) tags.get(tiles.offsets(), piece);
    int length = (int) tags.get(tiles.lengths(), piece);
    pieces[plane][i] = TiffData.open(tiff.compression(), tags.file(), from, from + length);
  }

  /** Adds the pixel on the left to each pixel, sample by sample. */
  private void addLeft(byte[] row, int from) {
    if (tiff.samples().bits() == 8) {
      for (int at = from + together; at < from + pieceBytes; at++) {
        row[at] += row[at - together];
      }
      return;
    }
    int high = tiff.samples().order() == ByteOrder.BIG_ENDIAN ? 0 : 1;
    for (int at = from + 2 * together; at < from + pieceBytes; at += 2) {
      int left = at - 2 * together;
      int sum = word(row, at, high) + word(row, left, high);
      row[at + high] = (byte) (sum >> 8);
      row[at + 1 - high] = (byte) sum;
    }
  }

  private static int word(byte[] row, int at, int high) {
    return (row[at + high] & 0xff) << 8 | row[at + 1 - high] & 0xff;
  }

  @Override
  public void close() {
    for (TiffData[] plane : pieces) {
      for (TiffData piece : plane) {
        if (piece != null) {
          piece.close();
        }
      }
    }
  }
}
