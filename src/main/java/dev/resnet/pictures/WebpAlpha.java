package dev.resnet.pictures;

import java.util.Arrays;

/** The transparency of a lossy WebP (RFC 9649, section 2.7.1.2). */
final class WebpAlpha {
  private static final int PLAIN = 0;
  private static final int LOSSLESS = 1;

  private static final int HORIZONTAL = 1;
  private static final int VERTICAL = 2;

  private WebpAlpha() {}

  static long memory(int width, int height) {
    return WebpLossless.memory(width, height) + (long) width * height;
  }

  /** Alpha from 0, transparent, to 255: [height, width]. */
  static byte[] decode(byte[] file, WebpFile.Chunk chunk, int width, int height)
      throws UnreadablePictureException {
    int from = chunk.from() + 1;
    if (from > chunk.end()) {
      throw WebpFile.damaged("its transparency is empty");
    }
    int header = file[chunk.from()];
    byte[] alpha = new byte[width * height];
    switch (header & 3) {
      case PLAIN -> {
        if (alpha.length > chunk.end() - from) {
          throw WebpFile.damaged("its transparency is incomplete");
        }
        System.arraycopy(file, from, alpha, 0, alpha.length);
      }
      case LOSSLESS -> {
        int[] pixels = WebpLossless.image(file, from, chunk.end(), width, height);
        for (int i = 0; i < alpha.length; i++) {
          alpha[i] = (byte) (pixels[i] >> 8);
        }
      }
      default -> Arrays.fill(alpha, (byte) 255); // As decoders do with a kind of the future.
    }
    int filter = header >> 2 & 3;
    for (int i = 1; filter != 0 && i < alpha.length; i++) {
      alpha[i] += (byte) predicted(filter, alpha, i, width);
    }
    return alpha;
  }

  private static int predicted(int filter, byte[] alpha, int i, int width) {
    if (i < width || filter == HORIZONTAL && i % width > 0) {
      return alpha[i - 1];
    }
    if (i % width == 0 || filter == VERTICAL) {
      return alpha[i - width];
    }
    int gradient =
        (alpha[i - 1] & 0xff) + (alpha[i - width] & 0xff) - (alpha[i - width - 1] & 0xff);
    return Math.max(0, Math.min(255, gradient));
  }
}
