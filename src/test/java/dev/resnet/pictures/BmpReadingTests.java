package dev.resnet.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;

/** BMPs made by hand, 32×32. */
class BmpReadingTests {
  private static final int PLAIN = 0;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int MASKS = 3;

  private final PictureReader reader = Limits.reader(1 << 20, 1 << 20, DataSize.ofMegabytes(8));

  /**
   * @param after what follows a header of {@code header} bytes: masks or a palette
   */
  private static byte[] bmp(
      int header, int height, int bits, int compression, byte[] after, byte[] data) {
    int offset = 14 + header + after.length;
    var out = ByteBuffer.allocate(offset + data.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) 'B').put((byte) 'M').putInt(out.capacity()).putInt(0).putInt(offset);
    out.putInt(header);
    if (header == 12) {
      out.putShort((short) 32).putShort((short) height).putShort((short) 1).putShort((short) bits);
    } else {
      out.putInt(32).putInt(height).putShort((short) 1).putShort((short) bits).putInt(compression);
    }
    return out.position(14 + header).put(after).put(data).array();
  }

  private static byte[] ints(int... values) {
    var out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      out.putInt(value);
    }
    return out.array();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private Picture read(byte[] file) throws UnreadablePictureException {
    return reader.read(file, ImageShape.CIFAR, null);
  }

  private static int[] at(Picture picture, int x, int y) {
    int at = 3 * (32 * y + x);
    return new int[] {
      picture.pixels()[at] & 0xff, picture.pixels()[at + 1] & 0xff, picture.pixels()[at + 2] & 0xff
    };
  }

  private void assertRefused(byte[] file, String message) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining(message);
  }

  @Test
  void rowsMayBeginAtTheTopOrAtTheBottom() throws Exception {
    byte[] data = new byte[32 * 96];
    data[0] = 10; // Blue of the first pixel in the file.
    assertThat(at(read(bmp(40, 32, 24, PLAIN, new byte[0], data)), 0, 31))
        .containsExactly(0, 0, 10);
    assertThat(at(read(bmp(40, -32, 24, PLAIN, new byte[0], data)), 0, 0))
        .containsExactly(0, 0, 10);
    assertThat(at(read(bmp(12, 32, 24, PLAIN, new byte[0], data)), 0, 31))
        .containsExactly(0, 0, 10);
  }

  @ParameterizedTest
  @CsvSource({"0x7fff, 255, 255, 255", "0x7c00, 255, 0, 0", "0x0010, 0, 0, 132", "0x8000, 0, 0, 0"})
  void sixteenBitsHaveFiveForEachColour(String pixel, int red, int green, int blue)
      throws Exception {
    byte[] data = new byte[32 * 64];
    data[0] = (byte) (int) Integer.decode(pixel);
    data[1] = (byte) (Integer.decode(pixel) >> 8);
    assertThat(at(read(bmp(40, -32, 16, PLAIN, new byte[0], data)), 0, 0))
        .containsExactly(red, green, blue);
  }

  @Test
  void masksSayWhereTheColoursAre() throws Exception {
    byte[] data = new byte[32 * 64];
    data[0] = (byte) 0xe0; // The six bits of green in the middle: 63.
    data[1] = 7;
    byte[] masks = ints(0xf800, 0x7e0, 0x1f);
    assertThat(at(read(bmp(40, -32, 16, MASKS, masks, data)), 0, 0)).containsExactly(0, 255, 0);
  }

  @ParameterizedTest
  @CsvSource({"128, 177", "255, 100", "0, 255"})
  void alphaIsBlendedOverWhite(int alpha, int expected) throws Exception {
    byte[] data = new byte[32 * 128];
    Arrays.fill(data, (byte) 100);
    for (int i = 3; i < data.length; i += 4) {
      data[i] = (byte) alpha;
    }
    data[data.length - 1] = 1; // Not all are 0.
    byte[] file = bmp(56, -32, 32, MASKS, new byte[0], data);
    ByteBuffer.wrap(file).position(54).put(ints(0xff0000, 0xff00, 0xff, 0xff000000));

    assertThat(at(read(file), 0, 0)).containsOnly(expected);
  }

  @Test
  void alphaThatIsAlwaysZeroMeansOpaque() throws Exception {
    byte[] data = new byte[32 * 128];
    byte[] file = bmp(56, -32, 32, MASKS, new byte[0], data);
    ByteBuffer.wrap(file).position(54).put(ints(0xff0000, 0xff00, 0xff, 0xff000000));

    assertThat(read(file).pixels()).containsOnly(0);
  }

  @Test
  void runsOfBytesAreDecompressed() throws Exception {
    byte[] palette = ints(0x000000, 0x0a0b0c, 0x646464);
    // A run, a literal, a move of 2 right and 1 up, a run beyond the row; the rest is left out.
    byte[] data = bytes(3, 1, 0, 3, 2, 1, 2, 0, 0, 2, 2, 1, 200, 2, 0, 1);
    Picture picture = read(bmp(40, 32, 8, RLE8, palette, data));

    assertThat(at(picture, 2, 31)).containsExactly(10, 11, 12);
    assertThat(at(picture, 3, 31)).containsExactly(100, 100, 100);
    assertThat(at(picture, 4, 31)).containsExactly(10, 11, 12);
    assertThat(at(picture, 6, 31)).containsExactly(0, 0, 0);
    assertThat(at(picture, 7, 30)).containsExactly(0, 0, 0);
    assertThat(at(picture, 8, 30)).containsExactly(100, 100, 100);
    assertThat(at(picture, 31, 30)).containsExactly(100, 100, 100);
    assertThat(at(picture, 0, 29)).containsExactly(0, 0, 0);
  }

  @Test
  void runsOfHalfBytesAreDecompressed() throws Exception {
    byte[] palette = ints(0x000000, 0x0a0b0c, 0x646464);
    byte[] data = bytes(5, 0x12, 0, 5, 0x21, 0x21, 0x20, 0, 0, 1);
    Picture picture = read(bmp(40, 32, 4, RLE4, palette, data));

    assertThat(at(picture, 3, 31)).containsExactly(100, 100, 100);
    assertThat(at(picture, 4, 31)).containsExactly(10, 11, 12);
    assertThat(at(picture, 5, 31)).containsExactly(100, 100, 100);
    assertThat(at(picture, 9, 31)).containsExactly(100, 100, 100);
    assertThat(at(picture, 10, 31)).containsExactly(0, 0, 0);
  }

  @Test
  void indexesBeyondTheFileOrThePaletteAreHarmless() throws Exception {
    byte[] data = new byte[32 * 32];
    Arrays.fill(data, (byte) 200);
    assertThat(read(bmp(40, 32, 8, PLAIN, ints(0xffffff), data)).pixels()).containsOnly(0);
    byte[] manyColours = bmp(40, 32, 8, PLAIN, ints(0xffffff), data);
    ByteBuffer.wrap(manyColours).putInt(46, -1);
    assertThat(read(manyColours).pixels()).containsOnly(0);
  }

  @Test
  void headersThatLieAreRefused() {
    byte[] data = new byte[32 * 96];
    assertRefused(bmp(40, 33, 24, PLAIN, new byte[0], data), "truncated");
    assertRefused(bmp(40, Integer.MIN_VALUE, 24, PLAIN, new byte[0], data), "no size");
    assertRefused(bmp(40, 0, 24, PLAIN, new byte[0], data), "no size");
    assertRefused(bmp(40, 1 << 30, 8, RLE8, new byte[0], data), "limit is 1048576 pixels");
    assertRefused(bmp(40, 32, 24, 4, new byte[0], data), "compression 4");
    assertRefused(bmp(40, 32, 3, PLAIN, new byte[0], data), "3 bits");
    assertRefused(bmp(40, 32, 8, RLE8, new byte[0], bytes(3, 1, 0, 0)), "truncated");
    byte[] far = bmp(40, 32, 24, PLAIN, new byte[0], data);
    ByteBuffer.wrap(far).order(ByteOrder.LITTLE_ENDIAN).putInt(10, 0x7fffffff);
    assertRefused(far, "truncated");
  }
}
