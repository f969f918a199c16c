package dev.resnet.serving.web;

import dev.resnet.pictures.UnreadablePictureException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.springframework.util.unit.DataSize;

/**
 * Decodes base64 in the variants that tools write: with or without padding, with line breaks, in
 * the URL alphabet, or as a {@code data:} URL.
 */
final class Base64Text {
  private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BASE64 = ";base64".getBytes(StandardCharsets.US_ASCII);

  private Base64Text() {}

  /**
   * Decodes {@code text[from, end)}.
   *
   * @param limit for the decoded bytes
   */
  static byte[] decode(byte[] text, int from, int end, DataSize limit)
      throws UnreadablePictureException {
    int start = afterHead(text, from, end);
    if ((end - start) / 4L * 3 - 2 > limit.toBytes() && !hasBlanks(text, start, end)) {
      throw UnreadablePictureException.largerThan(limit);
    }
    ByteBuffer base64 =
        hasBlanks(text, start, end)
            ? withoutBlanks(text, start, end)
            : ByteBuffer.wrap(text, start, end - start);
    Base64.Decoder decoder =
        has(base64, (byte) '-') || has(base64, (byte) '_')
            ? Base64.getUrlDecoder()
            : Base64.getDecoder();
    try {
      ByteBuffer decoded = decoder.decode(base64);
      return decoded.limit() == decoded.capacity()
          ? decoded.array()
          : Arrays.copyOf(decoded.array(), decoded.limit());
    } catch (IllegalArgumentException e) {
      throw new UnreadablePictureException(
          "is not base64 (%s); send the image file in base64".formatted(e.getMessage()));
    }
  }

  /** The offset after "data:image/png;base64,". */
  private static int afterHead(byte[] text, int from, int end) throws UnreadablePictureException {
    if (!equals(text, from, end, DATA)) {
      return from;
    }
    int comma = from;
    while (comma < end && text[comma] != ',') {
      comma++;
    }
    if (comma == end || !equals(text, Math.max(from, comma - BASE64.length), comma, BASE64)) {
      throw new UnreadablePictureException(
          "is a data URL without base64; write data:image/png;base64,…");
    }
    return comma + 1;
  }

  private static boolean equals(byte[] text, int from, int end, byte[] expected) {
    int to = from + expected.length;
    return to <= end && Arrays.equals(text, from, to, expected, 0, expected.length);
  }

  private static boolean hasBlanks(byte[] text, int from, int end) {
    for (int i = from; i < end; i++) {
      if (isBlank(text[i])) {
        return true;
      }
    }
    return false;
  }

  private static ByteBuffer withoutBlanks(byte[] text, int from, int end) {
    byte[] left = new byte[end - from];
    int count = 0;
    for (int i = from; i < end; i++) {
      if (!isBlank(text[i])) {
        left[count++] = text[i];
      }
    }
    return ByteBuffer.wrap(left, 0, count);
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }

  private static boolean has(ByteBuffer text, byte wanted) {
    for (int i = text.position(); i < text.limit(); i++) {
      if (text.get(i) == wanted) {
        return true;
      }
    }
    return false;
  }
}
