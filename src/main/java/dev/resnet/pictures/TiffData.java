package dev.resnet.pictures;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The bytes of one tile or strip of a TIFF, decompressed one after the other. */
abstract class TiffData implements AutoCloseable {
  static final int PLAIN = 1;
  private static final int LZW = 5;
  private static final int DEFLATE = 8;
  private static final int OLD_DEFLATE = 32946;
  private static final int PACK_BITS = 32773;

  /** The tables of LZW, or the window of zlib outside the heap. */
  private static final long TABLES = 48 << 10;

  protected final byte[] file;
  protected int at;
  protected final int end;

  TiffData(byte[] file, int from, int end) {
    this.file = file;
    this.at = from;
    this.end = end;
  }

  static boolean isKnown(int compression) {
    return switch (compression) {
      case PLAIN, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS -> true;
      default -> false;
    };
  }

  static long memory(int compression) {
    return compression == PLAIN || compression == PACK_BITS ? 64 : TABLES;
  }

  static TiffData open(int compression, byte[] file, int from, int end) {
    return switch (compression) {
      case LZW -> new TiffLzw(file, from, end);
      case DEFLATE, OLD_DEFLATE -> new Deflated(file, from, end);
      case PACK_BITS -> new PackBits(file, from, end);
      default -> new Plain(file, from, end);
    };
  }

  /** Reads the next {@code count} bytes to {@code to[from, from + count)}. */
  abstract void read(byte[] to, int from, int count) throws UnreadablePictureException;

  @Override
  public void close() {}

  static UnreadablePictureException tooShort() {
    return TiffTags.damaged("it has fewer pixels than its header says");
  }

  private static final class Plain extends TiffData {
    Plain(byte[] file, int from, int end) {
      super(file, from, end);
    }

    @Override
    void read(byte[] to, int from, int count) throws UnreadablePictureException {
      if (count > end - at) {
        throw tooShort();
      }
      System.arraycopy(file, at, to, from, count);
      at += count;
    }
  }

  private static final class Deflated extends TiffData {
    private final Inflater inflater = new Inflater();

    Deflated(byte[] file, int from, int end) {
      super(file, from, end);
      inflater.setInput(file, from, end - from);
    }

    @Override
    void read(byte[] to, int from, int count) throws UnreadablePictureException {
      try {
        for (int done = 0; done < count; ) {
          int read = inflater.inflate(to, from + done, count - done);
          if (read == 0) {
            throw tooShort();
          }
          done += read;
        }
      } catch (DataFormatException e) {
        throw TiffTags.damaged("its pixels can't be decompressed");
      }
    }

    @Override
    public void close() {
      inflater.end();
    }
  }

  /** Runs of equal bytes (TIFF 6.0, section 9). */
  private static final class PackBits extends TiffData {
    private int left;
    private boolean repeated;

    PackBits(byte[] file, int from, int end) {
      super(file, from, end);
    }

    @Override
    void read(byte[] to, int from, int count) throws UnreadablePictureException {
      for (int i = from; i < from + count; i++) {
        while (left == 0) {
          int control = take();
          repeated = control < 0;
          left = control == -128 ? 0 : Math.abs(control) + 1;
        }
        left--;
        to[i] = take();
        if (repeated && left > 0) {
          at--; // The same byte again.
        }
      }
    }

    private byte take() throws UnreadablePictureException {
      if (at >= end) {
        throw tooShort();
      }
      return file[at++];
    }
  }
}
