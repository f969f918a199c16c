package dev.resnet.serving;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The compressed pixels of a PNG: one zlib stream, cut into IDAT chunks. */
final class PngData implements AutoCloseable {
  private final Inflater inflater = new Inflater();
  private final byte[] file;
  private final byte[] skipped = new byte[8192];
  private int chunk;

  /**
   * @param file whole, as {@link PngFile} found it
   * @param chunk where the first IDAT chunk begins
   */
  PngData(byte[] file, int chunk) {
    this.file = file;
    this.chunk = chunk;
  }

  /** Exactly so many bytes. */
  void read(byte[] to, int offset, int length) throws UnreadablePictureException {
    int at = offset;
    while (at < offset + length) {
      int read = inflate(to, at, offset + length - at);
      at += read;
      if (read == 0) {
        if (inflater.finished() || inflater.needsDictionary()) {
          throw PngFile.damaged("it has fewer pixels than its header says");
        }
        next();
      }
    }
  }

  void skip(long length) throws UnreadablePictureException {
    for (long left = length; left > 0; ) {
      int count = (int) Math.min(left, skipped.length);
      read(skipped, 0, count);
      left -= count;
    }
  }

  private int inflate(byte[] to, int at, int length) throws UnreadablePictureException {
    try {
      return inflater.inflate(to, at, length);
    } catch (DataFormatException e) {
      throw PngFile.damaged("its pixels cannot be decompressed");
    }
  }

  private void next() throws UnreadablePictureException {
    var in = ByteBuffer.wrap(file);
    while (true) {
      int length = in.getInt(chunk);
      int type = in.getInt(chunk + 4);
      if (type == PngFile.IEND) {
        throw PngFile.damaged("it has fewer pixels than its header says");
      }
      int start = chunk + 8;
      chunk = start + length + 4;
      if (type == PngFile.IDAT) {
        inflater.setInput(file, start, length);
        return;
      }
    }
  }

  @Override
  public void close() {
    inflater.end();
  }
}
