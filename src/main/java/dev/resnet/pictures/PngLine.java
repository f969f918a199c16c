package dev.resnet.pictures;

import java.util.Arrays;

/**
 * One row of a PNG, filtered against the row above (ISO/IEC 15948, section 9). The row above is
 * overwritten in place, so only one row is kept. Bytes to the right of the needed ones are dropped,
 * because a filter uses only bytes above and to the left.
 */
final class PngLine {
  private final PngData data;
  private final byte[] row;

  /** Distance in bytes to the same sample of the pixel to the left; at least 1. */
  private final int step;

  /** The left pixel of the row above; its place in the buffer already holds the new row. */
  private final byte[] above;

  /**
   * @param row the buffer, with room for the kept bytes of any row
   * @param bitsPerPixel bits of all channels together
   */
  PngLine(PngData data, byte[] row, int bitsPerPixel) {
    this.data = data;
    this.row = row;
    this.step = Math.max(1, bitsPerPixel / 8);
    this.above = new byte[step];
  }

  /** Call this before the first row of an image or pass: the row above counts as 0. */
  void first() {
    Arrays.fill(row, (byte) 0);
  }

  /**
   * Reads the next row into the buffer.
   *
   * @param kept bytes of the row that are needed
   * @param all bytes of the row
   */
  void next(int kept, long all) throws UnreadablePictureException {
    byte[] bytes = data.buffer();
    int filter = bytes[data.take(data.available(1))];
    if (filter < 0 || filter > 4) {
      throw PngFile.damaged("a row has an unknown filter");
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
