package dev.resnet.pictures;

/**
 * LZW codes of 9 to 12 bits, highest bit first (TIFF 6.0, section 13). Codes become longer one code
 * earlier than in a GIF.
 */
final class TiffLzw extends TiffData {
  private final LzwTable table = new LzwTable(8, 1);
  private int bits;
  private int bitCount;

  TiffLzw(byte[] file, int from, int end) {
    super(file, from, end);
  }

  @Override
  void read(byte[] to, int from, int count) throws UnreadablePictureException {
    for (int i = from; i < from + count; i++) {
      while (table.isEmpty()) {
        int code = code();
        if (table.isEnd(code)) {
          throw tooShort();
        }
        if (!table.accept(code)) {
          throw TiffTags.damaged("its pixels can't be decompressed");
        }
      }
      to[i] = table.take();
    }
  }

  private int code() throws UnreadablePictureException {
    while (bitCount < table.codeBits()) {
      if (at >= end) {
        throw tooShort();
      }
      bits = bits << 8 | file[at++] & 0xff;
      bitCount += 8;
    }
    bitCount -= table.codeBits();
    return bits >>> bitCount & (1 << table.codeBits()) - 1;
  }
}
