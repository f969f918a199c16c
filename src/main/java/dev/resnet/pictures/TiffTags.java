package dev.resnet.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * The numbers in the first directory of a TIFF file (TIFF 6.0, section 2). They are read when they
 * are asked for, so a directory takes no memory in proportion to what it says of itself.
 */
final class TiffTags {
  private static final int ENTRY = 12;

  private final ByteBuffer in;

  /** Offset of the entry, by tag. */
  private final Map<Integer, Integer> entries = new HashMap<>();

  TiffTags(byte[] file) throws UnreadablePictureException {
    in = ByteBuffer.wrap(file);
    in.order(file[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    if (in.getShort(2) != 42) {
      throw new UnreadablePictureException(
          "is a BigTIFF, which is not supported; save it as a PNG");
    }
    int directory = offset(in.getInt(4) & 0xffffffffL, 2);
    int count = in.getShort(directory) & 0xffff;
    if (count * ENTRY > file.length - directory - 2) {
      throw truncated();
    }
    for (int i = 0; i < count; i++) {
      int entry = directory + 2 + i * ENTRY;
      entries.putIfAbsent(in.getShort(entry) & 0xffff, entry);
    }
  }

  byte[] file() {
    return in.array();
  }

  ByteOrder order() {
    return in.order();
  }

  /** How many numbers the tag has; 0 if it is missing. */
  long count(int tag) {
    Integer entry = entries.get(tag);
    return entry == null ? 0 : in.getInt(entry + 4) & 0xffffffffL;
  }

  /** The tag's first number. */
  long first(int tag, long missing) throws UnreadablePictureException {
    return count(tag) == 0 ? missing : get(tag, 0);
  }

  /** An unsigned number of the tag. */
  long get(int tag, long index) throws UnreadablePictureException {
    long count = count(tag);
    if (index >= count) {
      throw damaged("its tag %d is incomplete".formatted(tag));
    }
    int entry = entries.get(tag);
    int bytes =
        switch (in.getShort(entry + 2)) {
          case 1 -> 1;
          case 3 -> 2;
          case 4 -> 4;
          default -> throw damaged("its tag %d has an unknown type".formatted(tag));
        };
    long start = count * bytes <= 4 ? entry + 8 : in.getInt(entry + 8) & 0xffffffffL;
    int at = offset(start + index * bytes, bytes);
    return switch (bytes) {
      case 1 -> in.get(at) & 0xff;
      case 2 -> in.getShort(at) & 0xffff;
      default -> in.getInt(at) & 0xffffffffL;
    };
  }

  private int offset(long at, int bytes) throws UnreadablePictureException {
    if (at > in.capacity() - bytes) {
      throw truncated();
    }
    return (int) at;
  }

  static UnreadablePictureException truncated() {
    return new UnreadablePictureException("is a truncated TIFF; send the complete file");
  }

  static UnreadablePictureException damaged(String why) {
    return new UnreadablePictureException(
        "is a damaged TIFF: %s; send or save the file again".formatted(why));
  }
}
