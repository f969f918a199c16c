package dev.resnet.pictures;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the pixels of a lossless WebP (RFC 9649, section 3): prefix codes, copies of earlier
 * pixels and a cache of recent colours. {@link WebpTransforms} are then undone.
 *
 * <p>The library that decodes lossy pixels is not used here: it accepts any number of transforms
 * and of codes, so a small file can take minutes and gigabytes.
 */
final class WebpLossless {
  private static final int HEADER = 5;
  private static final int LITERALS = 256;
  private static final int PREFIXES = 24;
  private static final int DISTANCES = 40;

  /** Codes of a group: green with lengths and cache, red, blue, alpha, distance. */
  private static final int CODES = 5;

  /** The usual encoder makes at most 2,600. */
  private static final int MAX_GROUPS = 4096;

  /** All groups together, in the largest image and beyond what a small one needs. */
  private static final long MAX_SYMBOLS = 1 << 22;

  private static final long MIN_SYMBOLS = 8192;

  private static final int MAX_CACHE_BITS = 11;

  /** Offsets of pixels above and to the left, nearest first, as 16·rows + columns + 7. */
  private static final int[] NEAR =
      IntStream.range(0, 8 * 16)
          .filter(i -> i / 16 > 0 || i % 16 > 7)
          .boxed()
          .sorted(
              Comparator.<Integer>comparingInt(i -> (i / 16) * (i / 16) + across(i) * across(i))
                  .thenComparingInt(i -> Math.abs(across(i)))
                  .thenComparingInt(i -> -across(i)))
          .mapToInt(Integer::intValue)
          .toArray();

  private final WebpBits in;

  WebpLossless(WebpBits in) {
    this.in = in;
  }

  /** Columns to the left: -7 to 8. */
  private static int across(int near) {
    return near % 16 - 7;
  }

  /** Decodes a chunk with its header. Packed as alpha, red, green, blue. */
  static int[] decode(byte[] file, int from, int end, int width, int height)
      throws UnreadablePictureException {
    boolean alphaUsed = (file[from + HEADER - 1] & 0x10) != 0;
    int[] pixels = image(file, from + HEADER, end, width, height);
    for (int i = 0; !alphaUsed && i < pixels.length; i++) {
      pixels[i] |= 0xff000000;
    }
    return pixels;
  }

  /** Decodes an image without a header. */
  static int[] image(byte[] file, int from, int end, int width, int height)
      throws UnreadablePictureException {
    var decoder = new WebpLossless(new WebpBits(file, from, end));
    WebpTransforms transforms = WebpTransforms.read(decoder, width, height);
    int[] pixels = decoder.pixels(transforms.width(), height, true);
    return transforms.undo(pixels);
  }

  /** Most bytes that decoding takes. */
  static long memory(int width, int height) {
    long pixels = (long) width * height;
    long groups = Math.min(MAX_GROUPS, blocks(width, 2) * (long) blocks(height, 2));
    long codes = groups * CODES * WebpCode.BYTES + maxSymbols(pixels) * WebpCode.SYMBOL_BYTES;
    // The pixels, once more when a palette is undone, and the images of groups and transforms.
    return 9 * pixels + 12 * (width + height) + codes;
  }

  /** Encoders give codes only to symbols that occur, and a pixel has at most five. */
  private static long maxSymbols(long pixels) {
    return Math.min(MAX_SYMBOLS, 8 * pixels + MIN_SYMBOLS);
  }

  /** How many blocks of 2^bits pixels cover a side. */
  static int blocks(int side, int bits) {
    return side + (1 << bits) - 1 >> bits;
  }

  WebpBits in() {
    return in;
  }

  /** The codes that apply to a block of pixels. */
  private record Groups(WebpCode[][] codes, int @Nullable [] blocks, int bits, int across) {
    WebpCode[] at(int x, int y) {
      return blocks == null ? codes[0] : codes[blocks[(y >> bits) * across + (x >> bits)]];
    }
  }

  /**
   * @param main whether this is the image itself, not one that controls its decoding
   */
  int[] pixels(int width, int height, boolean main) throws UnreadablePictureException {
    int cacheBits = in.bit() == 1 ? in.read(4) : 0;
    if (cacheBits > MAX_CACHE_BITS) {
      throw WebpFile.damaged("its pixels can't be decompressed");
    }
    int[] cache = new int[cacheBits == 0 ? 0 : 1 << cacheBits];
    Groups groups = groups(width, height, main && in.bit() == 1, cache.length);
    int[] pixels = new int[width * height];
    int cached = 0;
    for (int at = 0; at < pixels.length; ) {
      WebpCode[] codes = groups.at(at % width, at / width);
      int symbol = codes[0].next(in);
      if (symbol < LITERALS) {
        int red = codes[1].next(in);
        int blue = codes[2].next(in);
        pixels[at++] = codes[3].next(in) << 24 | red << 16 | symbol << 8 | blue;
      } else if (symbol < LITERALS + PREFIXES) {
        int length = number(symbol - LITERALS);
        int distance = distance(number(codes[4].next(in)), width);
        if (distance > at || length > pixels.length - at) {
          throw WebpFile.damaged("its pixels can't be decompressed");
        }
        for (int end = at + length; at < end; at++) {
          pixels[at] = pixels[at - distance];
        }
      } else {
        pixels[at++] = 0; // Set below, when the cache holds all earlier pixels.
        cached = insert(pixels, cached, at - 1, cache, cacheBits);
        pixels[at - 1] = cache[symbol - LITERALS - PREFIXES];
      }
    }
    return pixels;
  }

  /** Puts {@code pixels[from, end)} into the cache of recent colours. */
  private static int insert(int[] pixels, int from, int end, int[] cache, int bits) {
    for (int i = from; i < end; i++) {
      cache[pixels[i] * 0x1e35a7bd >>> 32 - bits] = pixels[i];
    }
    return end;
  }

  private Groups groups(int width, int height, boolean several, int cache)
      throws UnreadablePictureException {
    int bits = 0;
    int[] blocks = null;
    int count = 1;
    if (several) {
      bits = in.read(3) + 2;
      blocks = pixels(blocks(width, bits), blocks(height, bits), false);
      for (int i = 0; i < blocks.length; i++) {
        blocks[i] = blocks[i] >> 8 & 0xffff;
        count = Math.max(count, blocks[i] + 1);
      }
    }
    if (count > MAX_GROUPS) {
      throw new UnreadablePictureException(
          "is a WebP with %d groups of codes; save it as a PNG".formatted(count));
    }
    var codes = new WebpCode[count][CODES];
    long left = maxSymbols((long) width * height);
    for (WebpCode[] group : codes) {
      group[0] = WebpCode.read(in, LITERALS + PREFIXES + cache);
      for (int i = 1; i < CODES; i++) {
        group[i] = WebpCode.read(in, i < 4 ? LITERALS : DISTANCES);
      }
      for (WebpCode code : group) {
        left -= code.size();
      }
      if (left < 0) {
        throw new UnreadablePictureException(
            "is a WebP with more codes than pixels; save it as a PNG");
      }
    }
    return new Groups(codes, blocks, bits, blocks(width, bits));
  }

  /** A length or distance: a prefix and further bits. */
  private int number(int prefix) throws UnreadablePictureException {
    if (prefix < 4) {
      return prefix + 1;
    }
    int bits = prefix - 2 >> 1;
    return (2 + (prefix & 1) << bits) + in.read(bits) + 1;
  }

  /** Pixels back from the current one. */
  private static int distance(int number, int width) {
    if (number > NEAR.length) {
      return number - NEAR.length;
    }
    int near = NEAR[number - 1];
    return Math.max(1, near / 16 * width + across(near));
  }
}
