package dev.resnet.pictures;

/**
 * The compressed pixels of a GIF: LZW codes, lowest bit first, in blocks of up to 255 bytes
 * (GIF89a, appendix F).
 *
 * <p>The Java image library is not used here: it holds the whole image, and its time for long
 * comments grows with the square of their length (12 s for 4 MB).
 */
final class GifData {
  private final byte[] file;
  private final LzwTable table;
  private int at;
  private int blockEnd;
  private int bits;
  private int bitCount;

  GifData(byte[] file, int from) throws UnreadablePictureException {
    this.file = file;
    int colorBits = from < file.length ? file[from] & 0xff : 0;
    if (colorBits < 1 || colorBits > 8) {
      throw GifFile.damaged("its pixels can't be decompressed");
    }
    table = new LzwTable(colorBits, 0);
    at = from + 1;
    blockEnd = at;
  }

  /** Reads the next {@code count} palette indexes to {@code to[from, from + count)}. */
  void read(byte[] to, int from, int count) throws UnreadablePictureException {
    for (int i = from; i < from + count; i++) {
      while (table.isEmpty()) {
        int code = code();
        if (table.isEnd(code)) {
          throw GifFile.damaged("its first frame has fewer pixels than its header says");
        }
        if (!table.accept(code)) {
          throw GifFile.damaged("its pixels can't be decompressed");
        }
      }
      to[i] = table.take();
    }
  }

  private int code() throws UnreadablePictureException {
    int codeBits = table.codeBits();
    while (bitCount < codeBits) {
      if (at == blockEnd) {
        int length = at < file.length ? file[at] & 0xff : 0;
        if (length == 0 || length > file.length - at - 1) {
          throw new UnreadablePictureException("is a truncated GIF; send the complete file");
        }
        at++;
        blockEnd = at + length;
      }
      bits |= (file[at++] & 0xff) << bitCount;
      bitCount += 8;
    }
    int code = bits & (1 << codeBits) - 1;
    bits >>>= codeBits;
    bitCount -= codeBits;
    return code;
  }
}
