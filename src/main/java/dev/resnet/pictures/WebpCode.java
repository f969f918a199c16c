package dev.resnet.pictures;

import java.util.Arrays;

/** A canonical prefix code of a lossless WebP (RFC 9649, section 3.7.2). */
final class WebpCode {
  /** Bytes of a code without its symbols. */
  static final long BYTES = 160;

  /** Bytes of a symbol. */
  static final long SYMBOL_BYTES = 2;

  private static final int MAX_LENGTH = 15;
  private static final int[] LENGTH_ORDER = {
    17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  };

  private static final int REPEAT = 16;
  private static final int ZEROS = 17;

  /** How many symbols have a code of each length. */
  private final int[] counts = new int[MAX_LENGTH + 1];

  /** The symbols in the order of their codes. */
  private final short[] symbols;

  private WebpCode(int[] lengths) throws UnreadablePictureException {
    int used = 0;
    for (int length : lengths) {
      counts[length]++;
      used += length > 0 ? 1 : 0;
    }
    counts[0] = 0;
    int left = 1;
    for (int length = 1; length <= MAX_LENGTH && left >= 0; length++) {
      left = 2 * left - counts[length];
    }
    if (used == 0 || used > 1 && left != 0) {
      throw WebpFile.damaged("its pixels can't be decompressed");
    }
    symbols = new short[used];
    int[] next = new int[MAX_LENGTH + 2];
    for (int length = 1; length <= MAX_LENGTH; length++) {
      next[length + 1] = next[length] + counts[length];
    }
    for (int symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] > 0) {
        symbols[next[lengths[symbol]]++] = (short) symbol;
      }
    }
  }

  /** Symbols that have a code. */
  int size() {
    return symbols.length;
  }

  /** Reads the lengths of the codes of all symbols. */
  static WebpCode read(WebpBits in, int alphabet) throws UnreadablePictureException {
    int[] lengths = new int[alphabet];
    if (in.bit() == 1) {
      int count = in.bit() + 1;
      setOne(lengths, in.read(in.bit() == 1 ? 8 : 1));
      if (count == 2) {
        setOne(lengths, in.read(8));
      }
      return new WebpCode(lengths);
    }
    int[] ofLengths = new int[LENGTH_ORDER.length];
    int given = in.read(4) + 4;
    for (int i = 0; i < given; i++) {
      ofLengths[LENGTH_ORDER[i]] = in.read(3);
    }
    var code = new WebpCode(ofLengths);
    int left = alphabet;
    if (in.bit() == 1) {
      left = 2 + in.read(2 + 2 * in.read(3));
    }
    int previous = 8;
    for (int symbol = 0; symbol < alphabet && left > 0; left--) {
      int length = code.next(in);
      if (length < REPEAT) {
        lengths[symbol++] = length;
        previous = length > 0 ? length : previous;
        continue;
      }
      int times =
          length == REPEAT ? 3 + in.read(2) : length == ZEROS ? 3 + in.read(3) : 11 + in.read(7);
      if (times > alphabet - symbol) {
        throw WebpFile.damaged("its pixels can't be decompressed");
      }
      Arrays.fill(lengths, symbol, symbol + times, length == REPEAT ? previous : 0);
      symbol += times;
    }
    return new WebpCode(lengths);
  }

  private static void setOne(int[] lengths, int symbol) throws UnreadablePictureException {
    if (symbol >= lengths.length) {
      throw WebpFile.damaged("its pixels can't be decompressed");
    }
    lengths[symbol] = 1;
  }

  /** Reads a symbol; a code of one symbol takes no bits. */
  int next(WebpBits in) throws UnreadablePictureException {
    if (symbols.length == 1) {
      return symbols[0];
    }
    int code = 0;
    int first = 0;
    int index = 0;
    for (int length = 1; ; length++) {
      code |= in.bit();
      int count = counts[length];
      if (code - first < count) {
        return symbols[index + code - first];
      }
      index += count;
      first = first + count << 1;
      code <<= 1;
    }
  }
}
