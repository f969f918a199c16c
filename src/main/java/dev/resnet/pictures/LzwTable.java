package dev.resnet.pictures;

/**
 * The strings of an LZW decoder. Each code stands for the string of another code and one more
 * symbol; the table grows by one code with each code that is read.
 */
final class LzwTable {
  private static final int MAX_BITS = 12;
  private static final int CODES = 1 << MAX_BITS;

  private final int clear;
  private final int early;
  private final short[] prefix = new short[CODES];
  private final byte[] suffix = new byte[CODES];

  /** The symbols of the last code, in reverse order. */
  private final byte[] stack = new byte[CODES + 1];

  private int stacked;
  private int codeBits;
  private int free;
  private int previous;
  private int first;

  /**
   * @param symbolBits bits of a symbol; the code after the last symbol clears the table, the next
   *     one ends the data
   * @param early how many codes earlier than necessary the codes become longer
   */
  LzwTable(int symbolBits, int early) {
    this.clear = 1 << symbolBits;
    this.early = early;
    restart();
  }

  private void restart() {
    free = clear + 2;
    codeBits = Integer.numberOfTrailingZeros(clear) + 1;
    previous = -1;
  }

  /** Bits of the next code. */
  int codeBits() {
    return codeBits;
  }

  boolean isEnd(int code) {
    return code == clear + 1;
  }

  /** Whether all symbols of the last code have been taken. */
  boolean isEmpty() {
    return stacked == 0;
  }

  byte take() {
    return stack[--stacked];
  }

  /**
   * Takes the next code. Call it when all symbols have been taken.
   *
   * @return false if no encoder writes this code here
   */
  boolean accept(int code) {
    if (code == clear) {
      restart();
      return true;
    }
    if (previous < 0 ? code > clear : code > free) {
      return false;
    }
    int string = code;
    if (code == free) {
      stack[stacked++] = (byte) first; // The previous string and its own first symbol.
      string = previous;
    }
    while (string > clear) {
      stack[stacked++] = suffix[string];
      string = prefix[string];
    }
    first = string;
    stack[stacked++] = (byte) first;
    if (previous >= 0 && free < CODES) {
      prefix[free] = (short) previous;
      suffix[free] = (byte) first;
      free++;
      if (free + early == 1 << codeBits && codeBits < MAX_BITS) {
        codeBits++;
      }
    }
    previous = code;
    return true;
  }
}
