package dev.resnet.pictures;

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

  /** Of the row above, the pixel to the left, whose place holds the new row already. */
  private final byte[] above;

  /**
   * @param row the buffer, at least as long as the bytes that are kept of any row
   * @param bitsPerPixel all channels together
   */
  PngLine(PngData data, byte[] row, int bitsPerPixel) {
    this.data = data;
    this.row = row;
    this.step = Math.max(1, bitsPerPixel / 8);
    this.above = new byte[step];
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
    byte[] bytes = data.buffer();
    int filter = bytes[data.take(data.available(1))];
    if (filter < 0 || filter > 4) {
      throw PngFile.damaged("a row has a filter that does not exist");
    }
    Arrays.fill(above, (byte) 0);
    for (int at = 0; at < kept; ) {
      int count = data.available(kept - at);
      int from = data.take(count);
      switch (filter) {
        case 0 -> System.arraycopy(bytes, from, row, at, count);
        case 1 -> sub(bytes, from, at, count);
        case 2 -> up(bytes, from, at, count);
        case 3 -> average(bytes, from, at, count);
        default -> paeth(bytes, from, at, count);
      }
      at += count;
    }
    data.skip(all - kept);
  }

  private void sub(byte[] bytes, int from, int at, int count) {
    for (int i = 0; i < count; i++) {
      int left = at + i < step ? 0 : row[at + i - step];
      row[at + i] = (byte) (bytes[from + i] + left);
    }
  }

  private void up(byte[] bytes, int from, int at, int count) {
    for (int i = 0; i < count; i++) {
      row[at + i] += bytes[from + i];
    }
  }

  private void average(byte[] bytes, int from, int at, int count) {
    for (int i = 0; i < count; i++) {
      int left = at + i < step ? 0 : row[at + i - step] & 0xff;
      row[at + i] = (byte) (bytes[from + i] + (left + (row[at + i] & 0xff)) / 2);
    }
  }

  private void paeth(byte[] bytes, int from, int at, int count) {
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
      row[at + i] = (byte) (bytes[from + i] + nearest);
      k = k + 1 == step ? 0 : k + 1;
    }
  }
}
