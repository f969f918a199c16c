package dev.resnet.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Reads the orientation from an Exif block (a TIFF file). */
final class Exif {
  private static final int ORIENTATION_TAG = 0x0112;

  /** Types of a directory entry (TIFF 6.0, section 2). */
  private static final int SHORT = 3;

  private static final int LONG = 4;

  private static final byte[] PREFIX = {'E', 'x', 'i', 'f', 0, 0};

  private Exif() {}

  /**
   * Whether the block starts with the prefix of a JPEG's Exif segment. Some programs write it into
   * PNGs too.
   */
  static boolean hasPrefix(byte[] file, int from, int end) {
    return end - from >= PREFIX.length
        && Arrays.equals(file, from, from + PREFIX.length, PREFIX, 0, PREFIX.length);
  }

  /**
   * Orientation in the first directory of the block {@code file[begin, end)}, with or without the
   * prefix.
   *
   * @return 1 to 8; 1 if the block is damaged or has no orientation
   */
  static int orientation(byte[] file, int begin, int end) {
    int from = hasPrefix(file, begin, end) ? begin + PREFIX.length : begin;
    if (end - from < 8) {
      return 1;
    }
    var in = ByteBuffer.wrap(file, from, end - from).slice();
    in.order(in.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = in.getInt(4);
    if (directory < 8 || directory > in.limit() - 2) {
      return 1;
    }
    int entries = in.getShort(directory) & 0xffff;
    for (int i = 0, at = directory + 2; i < entries && at + 12 <= in.limit(); i++, at += 12) {
      if ((in.getShort(at) & 0xffff) == ORIENTATION_TAG) {
        int value =
            switch (in.getShort(at + 2)) {
              case SHORT -> in.getShort(at + 8);
              case LONG -> in.getInt(at + 8);
              default -> 1;
            };
        return value >= 1 && value <= 8 ? value : 1;
      }
    }
    return 1;
  }
}
