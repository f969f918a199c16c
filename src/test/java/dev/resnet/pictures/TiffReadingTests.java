package dev.resnet.pictures;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

/** What TIFF files of other programs rarely hold, and what they should not. */
class TiffReadingTests {
  private static final int SIZE = 32;
  private static final int PIXELS = SIZE * SIZE;

  private final PictureReader reader = Limits.reader(1 << 20, 1 << 20, DataSize.ofMegabytes(8));

  private byte[] pixels(byte[] file) throws UnreadablePictureException {
    return reader.read(file, ImageShape.CIFAR, null).pixels();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static Tiff rgb(byte[] data, ByteOrder order) {
    return new Tiff(SIZE, SIZE, 2, 3, data, order).with(258, 8, 8, 8);
  }

  private void assertRefused(Tiff tiff, String message) {
    assertThatThrownBy(() -> pixels(tiff.file()))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining(message);
  }

  @Test
  void bothByteOrdersAreTheSameImage() throws Exception {
    byte[] data = random(3 * PIXELS);
    assertThat(pixels(rgb(data, LITTLE_ENDIAN).file())).isEqualTo(data);
    assertThat(pixels(rgb(data, BIG_ENDIAN).file())).isEqualTo(data);
  }

  @ParameterizedTest
  @CsvSource({"16, 16", "16, 48", "64, 32", "40, 7"})
  void tilesAreTheSameImageAsStrips(int width, int height) throws Exception {
    byte[] data = random(3 * PIXELS);
    int across = (SIZE + width - 1) / width;
    int down = (SIZE + height - 1) / height;
    int bytes = 3 * width * height;
    byte[] tiles = new byte[across * down * bytes];
    for (int i = 0; i < data.length; i++) {
      int x = i / 3 % SIZE;
      int y = i / 3 / SIZE;
      int tile = y / height * across + x / width;
      tiles[tile * bytes + 3 * (y % height * width + x % width) + i % 3] = data[i];
    }
    Tiff tiff =
        rgb(tiles, LITTLE_ENDIAN)
            .with(273)
            .with(279)
            .with(322, width)
            .with(323, height)
            .with(324, LongStream.range(0, across * down).map(i -> 8 + i * bytes).toArray())
            .with(325, LongStream.range(0, across * down).map(i -> bytes).toArray());

    assertThat(pixels(tiff.file())).isEqualTo(data);
  }

  @Test
  void samplesMayBeStoredApart() throws Exception {
    byte[] data = random(3 * PIXELS);
    long[] offsets = {8, 8 + PIXELS, 8 + 2 * PIXELS};
    Tiff tiff =
        rgb(Png.planes(data), BIG_ENDIAN)
            .with(284, 2)
            .with(273, offsets)
            .with(279, PIXELS, PIXELS, PIXELS);

    assertThat(pixels(tiff.file())).isEqualTo(data);
  }

  @Test
  void greyMayCountFromWhite() throws Exception {
    byte[] grey = random(PIXELS);
    byte[] inverted = new byte[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      inverted[i] = (byte) (255 - grey[i]);
    }
    assertThat(pixels(new Tiff(SIZE, SIZE, 0, 1, inverted, BIG_ENDIAN).file()))
        .isEqualTo(pixels(new Tiff(SIZE, SIZE, 1, 1, grey, BIG_ENDIAN).file()));
  }

  @ParameterizedTest
  @CsvSource({"2, 100, 128, 177", "1, 50, 128, 177", "0, 100, 128, 100", "1, 200, 128, 255"})
  void alphaIsBlendedOverWhite(int meaning, int value, int alpha, int expected) throws Exception {
    byte[] data = new byte[4 * PIXELS];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i % 4 == 3 ? alpha : value);
    }
    Tiff tiff = rgb(data, BIG_ENDIAN).with(277, 4).with(258, 8, 8, 8, 8).with(338, meaning);

    assertThat(pixels(tiff.file())).containsOnly(expected);
  }

  @Test
  void differencesOfWordsAreSummedInTheirByteOrder() throws Exception {
    for (ByteOrder order : new ByteOrder[] {LITTLE_ENDIAN, BIG_ENDIAN}) {
      var data = ByteBuffer.allocate(2 * PIXELS).order(order);
      byte[] expected = new byte[3 * PIXELS];
      for (int i = 0; i < PIXELS; i++) {
        int value = 257 * (i * 5 % 256);
        int left = i % SIZE == 0 ? 0 : 257 * ((i - 1) * 5 % 256);
        data.putShort((short) (value - left));
        Arrays.fill(expected, 3 * i, 3 * i + 3, (byte) (i * 5));
      }
      byte[] packed = new byte[4096];
      var deflater = new Deflater();
      deflater.setInput(data.array());
      deflater.finish();
      byte[] compressed = Arrays.copyOf(packed, deflater.deflate(packed));
      deflater.end();
      Tiff tiff =
          new Tiff(SIZE, SIZE, 1, 1, compressed, order).with(258, 16).with(259, 8).with(317, 2);

      assertThat(pixels(tiff.file())).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"LZW", "Deflate", "ZLib", "PackBits"})
  void aLargeImageOfTheJavaWriterIsReadInAnyCompression(String compression) throws Exception {
    var image = new BufferedImage(200, 96, BufferedImage.TYPE_INT_RGB);
    var random = new Random(1);
    for (int i = 0; i < 200 * 96; i++) {
      image.setRGB(i % 200, i / 200, random.nextInt(1 << (i % 3 == 0 ? 24 : 6)));
    }
    var out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
    try (var stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      ImageWriteParam options = writer.getDefaultWriteParam();
      options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      options.setCompressionType(compression);
      writer.write(null, new IIOImage(image, null, null), options);
    } finally {
      writer.dispose();
    }
    var png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    var shape = new ImageShape(96);

    assertThat(reader.read(out.toByteArray(), shape, ResizePolicy.CROP).pixels())
        .isEqualTo(reader.read(png.toByteArray(), shape, ResizePolicy.CROP).pixels());
  }

  @Test
  void furtherPagesAreNotLookedAt() throws Exception {
    byte[] data = random(3 * PIXELS);
    for (long next : new long[] {1, 8, 0xffffffffL, 8 + data.length}) {
      assertThat(pixels(rgb(data, LITTLE_ENDIAN).next(next).file())).isEqualTo(data);
    }
  }

  @Test
  void unsupportedKindsAreNamed() {
    byte[] data = random(3 * PIXELS);
    assertRefused(rgb(data, LITTLE_ENDIAN).with(259, 7), "compression 7");
    assertRefused(rgb(data, LITTLE_ENDIAN).with(262, 6), "colour 6");
    assertRefused(rgb(data, LITTLE_ENDIAN).with(258, 32), "32 bits");
    assertRefused(rgb(data, LITTLE_ENDIAN).with(339, 3), "format 3");
    assertRefused(rgb(data, LITTLE_ENDIAN).with(317, 3), "predictor 3");
    byte[] big = rgb(data, LITTLE_ENDIAN).file();
    big[2] = 43;
    assertThatThrownBy(() -> pixels(big)).hasMessageContaining("BigTIFF");
  }

  @Test
  void headersThatLieAreRefused() {
    byte[] data = random(3 * PIXELS);
    assertRefused(rgb(data, BIG_ENDIAN).with(256, 0), "no size");
    assertRefused(rgb(data, BIG_ENDIAN).with(257, 0xffffffffL), "impossible");
    assertRefused(rgb(data, BIG_ENDIAN).with(257, 1 << 30), "limit is 1048576 pixels");
    assertRefused(rgb(data, BIG_ENDIAN).with(277, 2), "fewer samples");
    assertRefused(rgb(data, BIG_ENDIAN).with(279, data.length - 1), "fewer pixels");
    assertRefused(rgb(data, BIG_ENDIAN).with(279, 0xffffffffL), "truncated");
    assertRefused(rgb(data, BIG_ENDIAN).with(273, 0xffffffffL), "truncated");
    assertRefused(rgb(data, BIG_ENDIAN).with(278, 1), "strips are missing");
    assertRefused(rgb(data, BIG_ENDIAN).with(278, 0), "no size");
    Tiff tiled = rgb(data, BIG_ENDIAN).with(324, 8).with(325, data.length).with(322, 1 << 30);
    assertRefused(tiled.with(323, 1 << 30), "larger than the image");
    // Each row of a strip would decompress the same data.
    long[] same = LongStream.range(0, SIZE).map(i -> 8).toArray();
    long[] lengths = LongStream.range(0, SIZE).map(i -> data.length).toArray();
    assertRefused(rgb(data, BIG_ENDIAN).with(278, 1).with(273, same).with(279, lengths), "overlap");
  }
}
