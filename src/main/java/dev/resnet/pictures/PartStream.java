package dev.resnet.pictures;

import javax.imageio.stream.ImageInputStreamImpl;

/** A part of a file. A few zeros follow it, because the decoder of WebP reads ahead. */
final class PartStream extends ImageInputStreamImpl {
  private static final int ZEROS = 8;

  private final byte[] file;
  private final int from;
  private final int length;

  PartStream(byte[] file, int from, int end) {
    this.file = file;
    this.from = from;
    this.length = end - from;
  }

  @Override
  public int read() {
    bitOffset = 0;
    if (streamPos >= length + ZEROS) {
      return -1;
    }
    int at = (int) streamPos++;
    return at < length ? file[from + at] & 0xff : 0;
  }

  @Override
  public int read(byte[] to, int offset, int count) {
    for (int i = 0; i < count; i++) {
      int next = read();
      if (next < 0) {
        return i == 0 ? -1 : i;
      }
      to[offset + i] = (byte) next;
    }
    return count;
  }

  @Override
  public long length() {
    return length;
  }
}
