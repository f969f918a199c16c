package dev.resnet.data.folder;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;

/**
 * Counts what a zip file's central directory lists, before anything takes memory for it: what the
 * end record says about the number of entries need not be true. Offsets are those of PKWARE's
 * APPNOTE.TXT, 4.3.
 */
final class ZipDirectory {
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int LOCATOR = 0x07064b50;
  private static final int LOCATOR_BYTES = 20;
  private static final int END64 = 0x06064b50;
  private static final int END64_BYTES = 56;
  private static final int HEADER = 0x02014b50;
  private static final int HEADER_BYTES = 46;
  private static final int LONGEST_COMMENT = 0xffff;

  /** Bytes of the whole list: some 300 for each of 200,000 entries. */
  private static final long LONGEST_LIST = 64 << 20;

  private final FileChannel file;

  private ZipDirectory(FileChannel file) {
    this.file = file;
  }

  /**
   * @throws RefusedArchiveException if the list is missing, damaged or too long
   */
  static void check(FileChannel file, ArchiveLimits limits) throws IOException {
    new ZipDirectory(file).check(limits);
  }

  private void check(ArchiveLimits limits) throws IOException {
    long size = file.size();
    int tailBytes = (int) Math.min(size, END_BYTES + LONGEST_COMMENT);
    ByteBuffer tail = read(size - tailBytes, tailBytes);
    int at = tailBytes - END_BYTES;
    while (at >= 0 && tail.getInt(at) != END) {
      at--;
    }
    if (at < 0) {
      throw cutShort();
    }
    if (isSplit(tail.getShort(at + 4)) || isSplit(tail.getShort(at + 6))) {
      throw severalFiles();
    }
    long end = size - tailBytes + at;
    long length = Integer.toUnsignedLong(tail.getInt(at + 12));
    long offset = Integer.toUnsignedLong(tail.getInt(at + 16));
    offset += Math.max(end - length - offset, 0); // a program may stand before the archive
    boolean large = false;
    if (end >= LOCATOR_BYTES) {
      ByteBuffer locator = read(end - LOCATOR_BYTES, LOCATOR_BYTES);
      large = locator.getInt(0) == LOCATOR;
      if (large) {
        if (Integer.compareUnsigned(locator.getInt(16), 1) > 0) {
          throw severalFiles();
        }
        offset = offset64(locator.getLong(8));
      }
    }
    int listed = Short.toUnsignedInt(tail.getShort(at + 10));
    long counted = count(offset, limits);
    if (!large && (counted & 0xffff) != listed) {
      throw damaged("it should list %,d entries, but lists %,d".formatted(listed, counted));
    }
  }

  private long offset64(long at) throws IOException {
    if (at < 0 || at > file.size() - END64_BYTES) {
      throw cutShort();
    }
    ByteBuffer end = read(at, END64_BYTES);
    if (end.getInt(0) != END64) {
      throw cutShort();
    }
    return end.getLong(48);
  }

  private static boolean isSplit(short disk) {
    return disk != 0 && disk != -1; // -1: the number stands in the zip64 record
  }

  private long count(long offset, ArchiveLimits limits) throws IOException {
    if (offset < 0 || offset > file.size()) {
      throw cutShort();
    }
    file.position(offset);
    // Not closed: that would close the channel.
    var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(file), 1 << 16));
    byte[] header = new byte[HEADER_BYTES];
    long bytes = 0;
    long count = 0;
    while (true) {
      int read = in.readNBytes(header, 0, HEADER_BYTES);
      ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
      if (read < HEADER_BYTES || fields.getInt(0) != HEADER) {
        return count; // the end record is shorter than a header
      }
      int more =
          Short.toUnsignedInt(fields.getShort(28))
              + Short.toUnsignedInt(fields.getShort(30))
              + Short.toUnsignedInt(fields.getShort(32));
      in.skipNBytes(more);
      bytes += HEADER_BYTES + more;
      limits.checkEntries(++count);
      if (bytes > LONGEST_LIST) {
        throw new RefusedArchiveException(
            "has a list of files of more than %d MB; use shorter names or fewer files"
                .formatted(LONGEST_LIST >> 20));
      }
    }
  }

  private ByteBuffer read(long at, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (file.read(buffer, at + buffer.position()) < 0) {
        throw cutShort();
      }
    }
    return buffer;
  }

  static RefusedArchiveException severalFiles() {
    return new RefusedArchiveException(
        "is one of several parts of a zip archive; pack everything into one file");
  }

  private static RefusedArchiveException cutShort() {
    return new RefusedArchiveException(
        "is cut short or damaged: the list of files at its end is missing; upload it again");
  }

  private static RefusedArchiveException damaged(String how) {
    return new RefusedArchiveException("is damaged: %s; upload it again".formatted(how));
  }
}
