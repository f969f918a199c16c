package dev.resnet.pictures;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The compressed pixels of a PNG: one zlib stream, cut into IDAT chunks. It is decompressed into a
 * buffer, because a row can be as short as one byte and each call of the inflater has a high fixed
 * cost.
 */
final class PngData implements AutoCloseable {
  static final int BUFFER = 32 << 10;

  private final Inflater inflater;
  private final byte[] file;
  private final byte[] buffer = new byte[BUFFER];
  private int at;
  private int end;
  private int chunk;

  /**
   * @param file the whole file, as read by {@link PngFile}
   * @param chunk offset of the first IDAT chunk
   */
  PngData(byte[] file, int chunk) {
    this(file, chunk, new Inflater());
  }

  PngData(byte[] file, int chunk, Inflater inflater) {
    this.file = file;
    this.chunk = chunk;
    this.inflater = inflater;
  }

  /** Holds what {@link #take} returned until {@link #available} or {@link #skip} is called. */
  byte[] buffer() {
    return buffer;
  }

  /** How many bytes can be taken now: at least 1 and at most {@code most}. */
  int available(int most) throws UnreadablePictureException {
    if (at == end) {
      fill();
    }
    return Math.min(most, end - at);
  }

  /**
   * @param count at most the result of {@link #available}
   * @return where in the buffer these bytes begin
   */
  int take(int count) {
    int from = at;
    at += count;
    return from;
  }

  void skip(long length) throws UnreadablePictureException {
    for (long left = length; left > 0; ) {
      int count = available((int) Math.min(left, BUFFER));
      take(count);
      left -= count;
    }
  }

  private void fill() throws UnreadablePictureException {
    int read = inflate();
    while (read == 0) {
      if (inflater.finished() || inflater.needsDictionary()) {
        throw PngFile.damaged("it has fewer pixels than its header says");
      }
      next();
      read = inflate();
    }
    at = 0;
    end = read;
  }

  private int inflate() throws UnreadablePictureException {
    try {
      return inflater.inflate(buffer, 0, BUFFER);
    } catch (DataFormatException e) {
      throw PngFile.damaged("its pixels can't be decompressed");
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
