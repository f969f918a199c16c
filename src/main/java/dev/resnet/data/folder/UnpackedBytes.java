package dev.resnet.data.folder;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Counts the bytes that come out of an archive and refuses too many of them. It also limits those
 * of a header, because a tar file may give a name any length, and notes whether the last ones were
 * zeros, as at the end of every tar file.
 */
final class UnpackedBytes extends FilterInputStream {
  /** Two blocks end a tar file; some programs write only one. */
  private static final int END = 512;

  /** Names and attributes of one entry take some hundred bytes. */
  private static final long LONGEST_HEADER = 256 << 10;

  private final long packed;
  private final ArchiveLimits limits;
  private long count;
  private long headerEnd = Long.MAX_VALUE;
  private long zeros;

  UnpackedBytes(InputStream in, long packed, ArchiveLimits limits) {
    super(in);
    this.packed = packed;
    this.limits = limits;
  }

  void headerBegins() {
    headerEnd = count + LONGEST_HEADER;
  }

  void headerEnds() {
    headerEnd = Long.MAX_VALUE;
  }

  boolean endsWithZeros() {
    return zeros >= END;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int read = in.read(bytes, offset, length);
    if (read > 0) {
      count += read;
      limits.checkUnpacked(count, packed);
      if (count > headerEnd) {
        throw new RefusedArchiveException(
            "has an entry with a header of more than %d kB; pack the folder again"
                .formatted(LONGEST_HEADER >> 10));
      }
      int last = read;
      while (last > 0 && bytes[offset + last - 1] == 0) {
        last--;
      }
      zeros = last == 0 ? zeros + read : read - last;
    }
    return read;
  }

  @Override
  public long skip(long n) throws IOException {
    return Math.max(0, read(new byte[(int) Math.min(Math.max(n, 0), 1 << 13)]));
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
