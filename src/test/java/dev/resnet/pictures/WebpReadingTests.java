package dev.resnet.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

/** WebP files made by hand. */
class WebpReadingTests {
  private final PictureReader reader = Limits.reader(1 << 20, 1 << 20, DataSize.ofMegabytes(16));

  /** Bits of a lossless image, lowest first. */
  private static final class Bits {
    private final ByteBuffer out = ByteBuffer.allocate(1 << 20);
    private long bits;
    private int count;

    Bits write(int value, int length) {
      bits |= (long) value << count;
      for (count += length; count >= 8; count -= 8) {
        out.put((byte) bits);
        bits >>= 8;
      }
      return this;
    }

    /** A code of one symbol below 256. */
    Bits code(int symbol) {
      return write(1, 1).write(0, 1).write(1, 1).write(symbol, 8);
    }

    byte[] bytes() {
      write(0, 7);
      byte[] bytes = new byte[out.position()];
      out.flip().get(bytes);
      return bytes;
    }
  }

  private static Bits header(int width, int height) {
    return new Bits().write(0x2f, 8).write(width - 1, 14).write(height - 1, 14).write(0, 4);
  }

  /** No cache; one group of codes of one symbol each, so pixels take no bits. */
  private static Bits plain(Bits bits, boolean main, int green, int red, int blue) {
    bits.write(0, 1);
    if (main) {
      bits.write(0, 1);
    }
    return bits.code(green).code(red).code(blue).code(255).code(0);
  }

  private static byte[] chunk(String type, byte[] data) {
    var out = ByteBuffer.allocate(8 + (data.length + 1) / 2 * 2).order(ByteOrder.LITTLE_ENDIAN);
    return out.put(type.getBytes(StandardCharsets.US_ASCII)).putInt(data.length).put(data).array();
  }

  private static byte[] webp(byte[]... chunks) {
    int size = 4;
    for (byte[] chunk : chunks) {
      size += chunk.length;
    }
    var out = ByteBuffer.allocate(8 + size).order(ByteOrder.LITTLE_ENDIAN);
    out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(size);
    out.put("WEBP".getBytes(StandardCharsets.US_ASCII));
    for (byte[] chunk : chunks) {
      out.put(chunk);
    }
    return out.array();
  }

  private static byte[] canvas(int width, int height) {
    var out = ByteBuffer.allocate(14).order(ByteOrder.LITTLE_ENDIAN);
    out.put(0, (byte) 2).putInt(4, width - 1).putInt(7, height - 1);
    return chunk("VP8X", Arrays.copyOf(out.array(), 10));
  }

  private byte[] pixels(byte[] file) throws UnreadablePictureException {
    return reader.read(file, ImageShape.CIFAR, ResizePolicy.SQUASH).pixels();
  }

  private void assertRefused(byte[] file, String message) {
    assertThatThrownBy(() -> pixels(file))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aPlainImageTakesNoBitsForItsPixels() throws Exception {
    byte[] data = plain(header(500, 500).write(0, 1), true, 20, 20, 20).bytes();
    assertThat(pixels(webp(chunk("VP8L", data)))).containsOnly(20);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aTransformThatIsRepeatedIsRefused(int kind) {
    Bits bits = header(32, 32);
    for (int i = 0; i < 2; i++) {
      bits.write(1, 1).write(kind, 2);
      if (kind == 3) {
        plain(bits.write(3, 8), false, 1, 1, 1);
      } else if (kind != 2) {
        plain(bits.write(0, 3), false, 1, 1, 1);
      }
    }
    assertRefused(webp(chunk("VP8L", bits.bytes())), "repeats a transform");
  }

  @Test
  void tooManyGroupsOfCodesAreRefused() {
    // The image of groups names group 65,535.
    Bits bits = header(32, 32).write(0, 1).write(0, 1).write(1, 1).write(0, 3);
    byte[] data = plain(bits, false, 255, 255, 0).bytes();
    assertRefused(webp(chunk("VP8L", data)), "65536 groups of codes");
  }

  @Test
  void copiesMustStayInTheImage() {
    Bits bits = header(32, 32).write(0, 1).write(0, 1).write(0, 1);
    // Green: a normal code, all lengths 0 except for the first copy (256).
    bits.write(0, 1).write(0, 4).write(0, 3).write(1, 3).write(1, 3).write(0, 3).write(0, 1);
    for (int zeros : new int[] {138, 118}) {
      bits.write(1, 1).write(zeros - 11, 7);
    }
    assertRefused(webp(chunk("VP8L", bits.bytes())), "damaged");
  }

  @ParameterizedTest
  @CsvSource({"31, 32", "32, 33", "16777216, 16777216"})
  void aCanvasThatContradictsTheImageIsRefused(int width, int height) {
    byte[] data = plain(header(32, 32).write(0, 1), true, 20, 20, 20).bytes();
    assertRefused(webp(canvas(width, height), chunk("VP8L", data)), "contradict");
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 40, 40, 20", "8, 8, 100, 100, 255"})
  void aFrameLiesOnAWhiteCanvas(int left, int top, int width, int height, int corner)
      throws Exception {
    byte[] image = chunk("VP8L", plain(header(40, 40).write(0, 1), true, 20, 20, 20).bytes());
    assertThat(pixels(webp(canvas(width, height), frame(left, top, image)))[0])
        .isEqualTo((byte) corner);
  }

  @Test
  void aFrameBeyondTheCanvasIsRefused() {
    byte[] image = chunk("VP8L", plain(header(40, 40).write(0, 1), true, 20, 20, 20).bytes());
    assertRefused(webp(canvas(40, 40), frame(2, 0, image)), "contradict");
    assertRefused(webp(canvas(40, 40), frame(0x1fffffe, 0x1fffffe, image)), "contradict");
  }

  @Test
  void theLimitAppliesToTheCanvas() {
    byte[] image = chunk("VP8L", plain(header(40, 40).write(0, 1), true, 20, 20, 20).bytes());
    assertRefused(webp(canvas(1 << 24, 1 << 24), frame(0, 0, image)), "16777216×16777216");
    byte[] lossy = {0, 0, 0, (byte) 0x9d, 1, 0x2a, (byte) 0xff, 0x3f, (byte) 0xff, 0x3f, 0};
    assertRefused(webp(chunk("VP8 ", lossy)), "16383×16383");
  }

  @Test
  void anExifChunkTurnsTheImage() throws Exception {
    byte[] image = chunk("VP8L", plain(header(40, 40).write(0, 1), true, 20, 20, 20).bytes());
    byte[] exif =
        ByteBuffer.allocate(26)
            .put("MM\0*".getBytes(StandardCharsets.US_ASCII))
            .putInt(8)
            .putShort((short) 1)
            .putShort((short) 0x0112)
            .putShort((short) 3)
            .putInt(1)
            .putShort((short) 3)
            .array();
    byte[] file = webp(canvas(100, 100), frame(0, 0, image), chunk("EXIF", exif));

    byte[] turned = pixels(file);
    assertThat(turned[0]).as("upper left").isEqualTo((byte) 255);
    assertThat(turned[turned.length - 1]).as("lower right").isEqualTo((byte) 20);
  }

  @Test
  void damageIsNamed() {
    assertRefused(webp(), "truncated");
    assertRefused(webp(chunk("VP8 ", new byte[20])), "key frame");
    assertRefused(webp(chunk("VP8L", new byte[20])), "signature");
    byte[] data = header(32, 32).bytes();
    assertRefused(webp(chunk("VP8L", data)), "damaged");
  }

  /** A frame of 40×40. */
  private static byte[] frame(int left, int top, byte[] image) {
    var out = ByteBuffer.allocate(16 + image.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0, left / 2).putInt(3, top / 2).putInt(6, 39).putInt(9, 39).putInt(12, 0);
    return chunk("ANMF", out.position(16).put(image).array());
  }
}
