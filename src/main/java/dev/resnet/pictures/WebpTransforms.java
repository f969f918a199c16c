package dev.resnet.pictures;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What an encoder did to the pixels of a lossless WebP before it compressed them (RFC 9649, section
 * 3.5). Each kind occurs at most once.
 */
final class WebpTransforms {
  private static final int KINDS = 4;
  private static final int PREDICTOR = 0;
  private static final int COLOR = 1;
  private static final int SUBTRACT_GREEN = 2;
  private static final int OPAQUE_BLACK = 0xff000000;

  /**
   * @param bits the logarithm of the side of a block or, with a palette, of the indexes in a pixel
   * @param data one value for each block, or the palette
   * @param width of the image before the transform
   */
  private record Transform(int kind, int bits, int[] data, int width) {}

  /** The last one first, because it is undone first. */
  private final Deque<Transform> transforms = new ArrayDeque<>();

  private final int height;
  private int width;

  private WebpTransforms(int width, int height) {
    this.width = width;
    this.height = height;
  }

  static WebpTransforms read(WebpLossless decoder, int width, int height)
      throws UnreadablePictureException {
    var transforms = new WebpTransforms(width, height);
    boolean[] seen = new boolean[KINDS];
    while (decoder.in().bit() == 1) {
      int kind = decoder.in().read(2);
      if (seen[kind]) {
        throw WebpFile.damaged("it repeats a transform");
      }
      seen[kind] = true;
      transforms.add(kind, decoder);
    }
    return transforms;
  }

  private void add(int kind, WebpLossless decoder) throws UnreadablePictureException {
    int before = width;
    int bits = 0;
    int[] data = new int[0];
    if (kind == PREDICTOR || kind == COLOR) {
      bits = decoder.in().read(3) + 2;
      data =
          decoder.pixels(
              WebpLossless.blocks(width, bits), WebpLossless.blocks(height, bits), false);
    } else if (kind != SUBTRACT_GREEN) {
      data = decoder.pixels(decoder.in().read(8) + 1, 1, false);
      for (int i = 1; i < data.length; i++) {
        data[i] = add(data[i], data[i - 1]);
      }
      bits = data.length <= 2 ? 3 : data.length <= 4 ? 2 : data.length <= 16 ? 1 : 0;
      width = WebpLossless.blocks(width, bits);
    }
    transforms.addFirst(new Transform(kind, bits, data, before));
  }

  /** Width of the compressed image; smaller if a pixel holds several palette indexes. */
  int width() {
    return width;
  }

  int[] undo(int[] compressed) {
    int[] pixels = compressed;
    for (Transform transform : transforms) {
      switch (transform.kind()) {
        case PREDICTOR -> unpredict(pixels, transform);
        case COLOR -> correlate(pixels, transform);
        case SUBTRACT_GREEN -> {
          for (int i = 0; i < pixels.length; i++) {
            int green = pixels[i] >> 8 & 0xff;
            pixels[i] = add(pixels[i], green << 16 | green);
          }
        }
        default -> pixels = unpack(pixels, transform);
      }
    }
    return pixels;
  }

  private int[] unpack(int[] packed, Transform transform) {
    int bits = transform.bits();
    int[] palette = transform.data();
    int across = WebpLossless.blocks(transform.width(), bits);
    int indexBits = 8 >> bits;
    int[] pixels = new int[transform.width() * height];
    for (int i = 0; i < pixels.length; i++) {
      int x = i % transform.width();
      int green = packed[i / transform.width() * across + (x >> bits)] >> 8 & 0xff;
      int index = green >> (x & (1 << bits) - 1) * indexBits & (1 << indexBits) - 1;
      pixels[i] = index < palette.length ? palette[index] : 0;
    }
    return pixels;
  }

  /** Adds what green and red predict of red and blue. */
  private static void correlate(int[] pixels, Transform transform) {
    int across = WebpLossless.blocks(transform.width(), transform.bits());
    for (int i = 0; i < pixels.length; i++) {
      int x = i % transform.width();
      int y = i / transform.width();
      int factors = transform.data()[(y >> transform.bits()) * across + (x >> transform.bits())];
      int green = pixels[i] >> 8;
      int red = (pixels[i] >> 16) + share(factors, green) & 0xff;
      int blue = pixels[i] + share(factors >> 8, green) + share(factors >> 16, red) & 0xff;
      pixels[i] = pixels[i] & 0xff00ff00 | red << 16 | blue;
    }
  }

  private static int share(int factor, int color) {
    return (byte) factor * (byte) color >> 5;
  }

  private static void unpredict(int[] pixels, Transform transform) {
    int width = transform.width();
    int across = WebpLossless.blocks(width, transform.bits());
    for (int i = 0; i < pixels.length; i++) {
      int x = i % width;
      int y = i / width;
      int predicted;
      if (y == 0) {
        predicted = x == 0 ? OPAQUE_BLACK : pixels[i - 1];
      } else if (x == 0) {
        predicted = pixels[i - width];
      } else {
        int block = (y >> transform.bits()) * across + (x >> transform.bits());
        int mode = transform.data()[block] >> 8 & 15;
        predicted = WebpPredictors.predict(mode, pixels, i, width);
      }
      pixels[i] = add(pixels[i], predicted);
    }
  }

  /** Adds each channel modulo 256. */
  private static int add(int a, int b) {
    return (a & 0xff00ff00) + (b & 0xff00ff00) & 0xff00ff00
        | (a & 0xff00ff) + (b & 0xff00ff) & 0xff00ff;
  }
}
