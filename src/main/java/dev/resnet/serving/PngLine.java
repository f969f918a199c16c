package dev.resnet.serving;

import java.util.Arrays;

/**
 * One row of a PNG, filtered against the row above (ISO/IEC 15948, section 9). The row above is
 * overwritten in place, so one row is all that is kept; of it only the first bytes, where the rest
 * lies to the right of what is wanted: a filter looks up and to the left.
 */
final class PngLine {
  private final PngData data;
  private final byte[] row;

  /** Bytes from a sample to the same one of the pixel to its left; at least 1. */
  private final int step;

  private final byte[] piece = new byte[8192];

  /**
   * @param row the buffer, at least as long as the bytes that are kept of any row
   * @param bitsPerPixel all channels together
   */
  PngLine(PngData data, byte[] row, int bitsPerPixel) {
    this.data = data;
    this.row = row;
    this.step = Math.max(1, bitsPerPixel / 8);
  }

  /** Before the first row of a picture or of a pass: the row above counts as 0. */
  void first() {
    Arrays.fill(row, (byte) 0);
  }

  /**
   * Reads the next row into the buffer.
   *
   * @param kept bytes of it that are wanted
   * @param all bytes that it has
   */
  void next(int kept, long all) throws UnreadablePictureException {
    data.read(piece, 0, 1);
    int filter = piece[0];
    byte[] above = new byte[step]; // Of the pixel to the left: its place holds the new row already.
    for (int at = 0; at < kept; ) {
      int count = Math.min(piece.length, kept - at);
      data.read(piece, 0, count);
      switch (filter) {
        case 0 -> System.arraycopy(piece, 0, row, at, count);
        case 1 -> sub(at, count);
        case 2 -> up(at, count);
        case 3 -> average(at, count);
        case 4 -> paeth(at, count, above);
        default -> throw PngFile.damaged("a row has a filter that does not exist");
      }
      at += count;
    }
    if (filter < 0 || filter > 4) {
      throw PngFile.damaged("a row has a filter that does not exist");
    }
    data.skip(all - kept);
  }

  private void sub(int at, int count) {
    for (int i = 0; i < count; i++) {
      int left = at + i < step ? 0 : row[at + i - step];
      row[at + i] = (byte) (piece[i] + left);
    }
  }

  private void up(int at, int count) {
    for (int i = 0; i < count; i++) {
      row[at + i] += piece[i];
    }
  }

  private void average(int at, int count) {
    for (int i = 0; i < count; i++) {
      int left = at + i < step ? 0 : row[at + i - step] & 0xff;
      row[at + i] = (byte) (piece[i] + (left + (row[at + i] & 0xff)) / 2);
    }
  }

  private void paeth(int at, int count, byte[] above) {
    int k = at % step;
    for (int i = 0; i < count; i++) {
      int a = at + i < step ? 0 : row[at + i - step] & 0xff;
      int b = row[at + i] & 0xff;
      int c = above[k] & 0xff;
      int pa = Math.abs(b - c);
      int pb = Math.abs(a - c);
      int pc = Math.abs(a + b - 2 * c);
      int nearest = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      above[k] = row[at + i];
      row[at + i] = (byte) (piece[i] + nearest);
      k = k + 1 == step ? 0 : k + 1;
    }
  }
}
