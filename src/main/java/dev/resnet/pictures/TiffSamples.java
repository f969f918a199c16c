package dev.resnet.pictures;

import java.nio.ByteOrder;

/**
 * What the samples of a TIFF's pixel mean.
 *
 * @param bits per sample: 1, 2, 4, 8 or 16
 * @param count samples per pixel in the file
 * @param color as in the tag PhotometricInterpretation
 * @param alpha index of the alpha sample; -1 if there is none
 * @param premultiplied whether the colours are already multiplied by alpha
 * @param palette packed alpha, red, green, blue by index
 */
record TiffSamples(
    int bits,
    int count,
    int color,
    int alpha,
    boolean premultiplied,
    int[] palette,
    ByteOrder order) {
  private static final int BITS = 258;
  private static final int COLOR = 262;
  private static final int COUNT = 277;
  private static final int PALETTE = 320;
  private static final int EXTRA = 338;
  private static final int FORMAT = 339;

  private static final int WHITE_IS_ZERO = 0;
  private static final int BLACK_IS_ZERO = 1;
  private static final int RGB = 2;
  private static final int INDEXED = 3;
  private static final int CMYK = 5;

  private static final int PREMULTIPLIED_ALPHA = 1;
  private static final int ALPHA = 2;
  private static final int UNSIGNED = 1;
  private static final int UNKNOWN_FORMAT = 4;
  private static final int MAX_COUNT = 16;

  static TiffSamples of(TiffTags tags) throws UnreadablePictureException {
    long count = tags.first(COUNT, 1);
    long bits = tags.first(BITS, 1);
    long color = tags.first(COLOR, -1);
    long format = tags.first(FORMAT, UNSIGNED);
    boolean few = bits == 1 || bits == 2 || bits == 4;
    int colors = colors(color);
    boolean known =
        (bits == 8 || bits == 16 && color != INDEXED || few && (colors == 1))
            && count <= MAX_COUNT
            && colors > 0
            && (format == UNSIGNED || format == UNKNOWN_FORMAT);
    for (long i = 1; known && i < Math.min(count, tags.count(BITS)); i++) {
      known = tags.get(BITS, i) == bits;
    }
    if (!known) {
      throw TiffFile.unsupported(
          "%d samples of %d bits, format %d, colour %d".formatted(count, bits, format, color));
    }
    if (count < colors) {
      throw TiffTags.damaged("it has fewer samples than its colours need");
    }
    int alpha = -1;
    boolean premultiplied = false;
    for (int i = 0; alpha < 0 && i < Math.min(count - colors, tags.count(EXTRA)); i++) {
      long meaning = tags.get(EXTRA, i);
      if (meaning == ALPHA || meaning == PREMULTIPLIED_ALPHA) {
        alpha = colors + i;
        premultiplied = meaning == PREMULTIPLIED_ALPHA;
      }
    }
    return new TiffSamples(
        (int) bits,
        (int) count,
        (int) color,
        alpha,
        premultiplied,
        color == INDEXED ? palette(tags, 1 << bits) : new int[0],
        tags.order());
  }

  /** Samples of a colour; 0 if it is not supported. */
  private static int colors(long color) {
    return switch ((int) color) {
      case WHITE_IS_ZERO, BLACK_IS_ZERO, INDEXED -> 1;
      case RGB -> 3;
      case CMYK -> 4;
      default -> 0;
    };
  }

  private static int[] palette(TiffTags tags, int size) throws UnreadablePictureException {
    int[][] values = new int[3][size];
    int largest = 0;
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < size; i++) {
        values[c][i] = (int) tags.get(PALETTE, (long) c * size + i);
        largest = Math.max(largest, values[c][i]);
      }
    }
    // Some programs write 8 bits instead of 16.
    int shift = largest < 256 ? 0 : 8;
    int[] packed = new int[size];
    for (int i = 0; i < size; i++) {
      packed[i] = 0xff000000;
      for (int c = 0; c < 3; c++) {
        packed[i] |= (values[c][i] >> shift & 0xff) << 16 - 8 * c;
      }
    }
    return packed;
  }

  /** Samples of a pixel that are needed: the first ones, up to alpha. */
  int used() {
    return alpha >= 0 ? alpha + 1 : colors(color);
  }

  /**
   * Writes pixel {@code x} to {@code rgb[at, at + 3)}.
   *
   * @param rows the row of each plane
   */
  void read(byte[][] rows, int x, int[] rgb, int at) {
    int opacity = alpha < 0 ? 255 : eight(rows, x, alpha);
    switch (color) {
      case INDEXED -> Colors.over(palette[sample(rows, x, 0)], rgb, at);
      case RGB -> {
        for (int c = 0; c < 3; c++) {
          rgb[at + c] = eight(rows, x, c);
        }
      }
      case CMYK -> {
        int black = 255 - eight(rows, x, 3);
        for (int c = 0; c < 3; c++) {
          rgb[at + c] = Colors.through(255 - eight(rows, x, c), black);
        }
      }
      default -> {
        int grey = eight(rows, x, 0);
        for (int c = 0; c < 3; c++) {
          rgb[at + c] = color == WHITE_IS_ZERO ? 255 - grey : grey;
        }
      }
    }
    for (int c = at; opacity < 255 && c < at + 3; c++) {
      rgb[c] =
          premultiplied
              ? Math.min(255, rgb[c] + Colors.WHITE - opacity)
              : Colors.over(rgb[c], opacity, 255);
    }
  }

  private int eight(byte[][] rows, int x, int s) {
    return Colors.eight(sample(rows, x, s), (1 << bits) - 1);
  }

  private int sample(byte[][] rows, int x, int s) {
    byte[] row = rows.length == 1 ? rows[0] : rows[s];
    long index = rows.length == 1 ? (long) x * count + s : x;
    if (bits == 8) {
      return row[(int) index] & 0xff;
    }
    if (bits == 16) {
      int high = (int) (2 * index) + (order == ByteOrder.BIG_ENDIAN ? 0 : 1);
      return (row[high] & 0xff) << 8 | row[high ^ 1] & 0xff;
    }
    long bit = index * bits;
    return row[(int) (bit >> 3)] >> 8 - bits - (int) (bit & 7) & (1 << bits) - 1;
  }
}
