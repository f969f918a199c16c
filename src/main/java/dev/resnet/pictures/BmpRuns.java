package dev.resnet.pictures;

/**
 * Palette indexes compressed as runs (RLE8, and RLE4 with two indexes in a byte). Pairs of bytes: a
 * count and what to repeat; or 0 and a command.
 */
final class BmpRuns {
  private static final int END_OF_ROW = 0;
  private static final int END_OF_IMAGE = 1;
  private static final int MOVE = 2;

  private final BmpFile bmp;
  private final byte[] indexes;
  private int at;
  private int x;
  private int row;

  private BmpRuns(BmpFile bmp) {
    this.bmp = bmp;
    at = bmp.data();
    indexes = new byte[bmp.width() * bmp.height()];
  }

  /** All rows in the order of the file, one index a byte. Indexes that are left out are 0. */
  static byte[] decode(BmpFile bmp) throws UnreadablePictureException {
    var runs = new BmpRuns(bmp);
    runs.run();
    return runs.indexes;
  }

  private void run() throws UnreadablePictureException {
    // Some programs leave out the ends of the last row and of the image.
    while (row < bmp.height()) {
      int count = read();
      int value = read();
      if (count > 0) {
        for (int i = 0; i < count; i++) {
          put(index(value, i));
        }
      } else if (value == END_OF_ROW) {
        x = 0;
        row++;
      } else if (value == END_OF_IMAGE) {
        return;
      } else if (value == MOVE) {
        x += read();
        row += read();
      } else {
        literal(value);
      }
    }
  }

  /** Single indexes, padded to an even number of bytes. */
  private void literal(int count) throws UnreadablePictureException {
    int start = at;
    int value = 0;
    for (int i = 0; i < count; i++) {
      if (bmp.bits() == 8 || i % 2 == 0) {
        value = read();
      }
      put(index(value, i));
    }
    at += at - start & 1;
  }

  private int index(int value, int i) {
    if (bmp.bits() == 8) {
      return value;
    }
    return i % 2 == 0 ? value >> 4 : value & 15;
  }

  private void put(int index) {
    if (x < bmp.width()) {
      indexes[row * bmp.width() + x] = (byte) index;
    }
    x++;
  }

  private int read() throws UnreadablePictureException {
    if (at >= bmp.file().length) {
      if (row == bmp.height() - 1 && x >= bmp.width()) {
        return END_OF_ROW;
      }
      throw BmpFile.truncated();
    }
    return bmp.file()[at++] & 0xff;
  }
}
