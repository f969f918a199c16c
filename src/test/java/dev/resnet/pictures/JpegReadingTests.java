package dev.resnet.pictures;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

class JpegReadingTests {
  private final PictureReader reader = Limits.reader(1 << 20, 1 << 20, DataSize.ofMegabytes(8));

  /** An image with red top left, green top right, blue bottom left, white bottom right. */
  private static BufferedImage quarters(int width, int height, int type) {
    var image = new BufferedImage(width, height, type);
    var graphics = image.createGraphics();
    Color[] colors = {Color.RED, Color.GREEN, Color.BLUE, Color.WHITE};
    for (int i = 0; i < 4; i++) {
      graphics.setColor(colors[i]);
      graphics.fillRect(i % 2 * width / 2, i / 2 * height / 2, width / 2, height / 2);
    }
    graphics.dispose();
    return image;
  }

  private static byte[] jpeg(BufferedImage image, boolean progressive) throws IOException {
    var out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (var stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      ImageWriteParam options = writer.getDefaultWriteParam();
      options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      options.setCompressionQuality(1);
      options.setProgressiveMode(
          progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
      writer.write(null, new IIOImage(image, null, null), options);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  private static byte[] quarters() throws IOException {
    return jpeg(quarters(32, 32, BufferedImage.TYPE_INT_RGB), false);
  }

  private static void assertPixel(Picture picture, int x, int y, int... rgb) {
    for (int c = 0; c < 3; c++) {
      assertThat(picture.pixels()[3 * (y * 32 + x) + c] & 0xff)
          .as("channel %d at %d, %d", c, x, y)
          .isCloseTo(rgb[c], within(12));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsBaselineAndProgressiveFiles(boolean progressive) throws Exception {
    byte[] file = jpeg(quarters(32, 32, BufferedImage.TYPE_INT_RGB), progressive);
    Picture picture = reader.read(file, ImageShape.CIFAR, null);

    assertPixel(picture, 4, 4, 255, 0, 0);
    assertPixel(picture, 28, 4, 0, 255, 0);
    assertPixel(picture, 4, 28, 0, 0, 255);
    assertPixel(picture, 28, 28, 255, 255, 255);
  }

  @Test
  void greyIsNotBrightened() throws Exception {
    var image = new BufferedImage(32, 32, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 1024; i++) {
      image.getRaster().setSample(i % 32, i / 32, 0, 100);
    }
    assertPixel(reader.read(jpeg(image, false), ImageShape.CIFAR, null), 16, 16, 100, 100, 100);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTruncatedFileIsRefusedAndNotFilledWithGrey(boolean progressive) throws Exception {
    byte[] file = jpeg(quarters(32, 32, BufferedImage.TYPE_INT_RGB), progressive);
    for (int length = 3; length < file.length; length++) {
      byte[] part = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> reader.read(part, ImageShape.CIFAR, null))
          .as("%d of %d bytes", length, file.length)
          .isInstanceOf(UnreadablePictureException.class)
          .hasMessageContaining("truncated");
    }
  }

  @Test
  void missingDataIsRefusedAndNotFilledWithGrey() throws Exception {
    byte[] file = quarters();
    byte[] hole = new byte[file.length - 30];
    System.arraycopy(file, 0, hole, 0, hole.length - 2);
    hole[hole.length - 2] = (byte) 0xff;
    hole[hole.length - 1] = (byte) 0xd9;

    assertThatThrownBy(() -> reader.read(hole, ImageShape.CIFAR, null))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining("missing data");
  }

  /** In the file, 255 means no ink (0), and YCCK (2) has luma and chroma of the complements. */
  @ParameterizedTest
  @CsvSource({"-1, 100, 50, 25", "0, 100, 50, 25", "2, 83, 0, 53"})
  void inksBecomeLight(int transform, int red, int green, int blue) throws Exception {
    var out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (var stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      var raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 32, 32, 4, null);
      int[] samples = {200, 100, 50, 128};
      for (int i = 0; i < 1024; i++) {
        raster.setPixel(i % 32, i / 32, samples);
      }
      writer.write(null, new IIOImage(raster, null, null), null);
    } finally {
      writer.dispose();
    }
    byte[] file = out.toByteArray();
    Picture picture =
        reader.read(
            transform < 0 ? file : withAdobe(file, transform), ImageShape.CIFAR, ResizePolicy.PAD);
    assertPixel(picture, 16, 16, red, green, blue);
  }

  private static byte[] withAdobe(byte[] file, int transform) {
    byte[] adobe = {
      (byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, (byte) transform
    };
    return ByteBuffer.allocate(file.length + adobe.length)
        .put(file, 0, 2)
        .put(adobe)
        .put(file, 2, file.length - 2)
        .array();
  }

  @Test
  void aFileWithTooManyScansIsRefused() throws Exception {
    byte[] file = quarters();
    // Empty scan headers before the end marker.
    byte[] scan = {(byte) 0xff, (byte) 0xda, 0, 2};
    var bomb = ByteBuffer.allocate(file.length + 100 * scan.length).put(file, 0, file.length - 2);
    for (int i = 0; i < 100; i++) {
      bomb.put(scan);
    }
    bomb.put(file, file.length - 2, 2);

    assertThatThrownBy(() -> reader.read(bomb.array(), ImageShape.CIFAR, null))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining("101 scans");
  }

  /** The expected positions of the quarters for each orientation; Exif 2.3, section 4.6.4. */
  @ParameterizedTest
  @CsvSource({
    "1, R G B W", "2, G R W B", "3, W B G R", "4, B W R G",
    "5, R B G W", "6, B R W G", "7, W G B R", "8, G W R B"
  })
  void aPhotographIsTurnedUpright(int orientation, String quarters) throws Exception {
    byte[] photograph = jpeg(quarters(128, 128, BufferedImage.TYPE_INT_RGB), false);
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      Picture picture =
          reader.read(
              withExif(photograph, orientation, order), ImageShape.CIFAR, ResizePolicy.CROP);
      String[] names = quarters.split(" ");
      for (int i = 0; i < 4; i++) {
        assertPixel(picture, i % 2 == 0 ? 6 : 26, i / 2 == 0 ? 6 : 26, color(names[i]));
      }
    }
  }

  @Test
  void anImageOfTheNetworksSizeIsTurnedAsWell() throws Exception {
    for (ResizePolicy policy : new ResizePolicy[] {null, ResizePolicy.CROP}) {
      byte[] file = withExif(quarters(), 3, ByteOrder.LITTLE_ENDIAN);
      Picture picture = reader.read(file, ImageShape.CIFAR, policy);
      assertPixel(picture, 28, 28, 255, 0, 0);
      assertPixel(picture, 4, 4, 255, 255, 255);
    }
  }

  @Test
  void anExifBlockWithInvalidOffsetsIsIgnored() throws Exception {
    byte[] photograph = jpeg(quarters(64, 64, BufferedImage.TYPE_INT_RGB), false);
    for (int offset : new int[] {-1, 0, 7, 1_000_000, Integer.MAX_VALUE}) {
      byte[] file = withExif(photograph, 3, ByteOrder.BIG_ENDIAN);
      ByteBuffer.wrap(file).putInt(2 + 4 + 6 + 4, offset);
      assertPixel(reader.read(file, ImageShape.CIFAR, ResizePolicy.CROP), 4, 4, 255, 0, 0);
    }
  }

  /** The colour space that libjpeg chooses (jdapimin.c, default_decompress_parms). */
  @ParameterizedTest
  @CsvSource({"1, 2, 3, 1", "0, 1, 2, 1", "114, 103, 98, 1", "7, 8, 9, 1", "82, 71, 66, 0"})
  void withoutMarkersColoursAreRgbOnlyIfTheComponentsAreNamedSo(int a, int b, int c, int transform)
      throws Exception {
    byte[] full;
    try (var in = getClass().getResourceAsStream("/pictures/exif6.jpg")) {
      full = in.readAllBytes(); // Not subsampled; Exif and JFIF come first.
    }
    int tables = new String(full, ISO_8859_1).indexOf("\u00ff\u00db");
    byte[] bare = new byte[full.length - tables + 2];
    System.arraycopy(full, 0, bare, 0, 2);
    System.arraycopy(full, tables, bare, 2, bare.length - 2);
    byte[] named = withAdobe(bare, transform);
    String text = new String(bare, ISO_8859_1);
    int frame = text.indexOf("\u00ff\u00c0") + 10;
    int scan = text.indexOf("\u00ff\u00da") + 5;
    int[] ids = {a, b, c};
    for (int i = 0; i < 3; i++) {
      bare[frame + 3 * i] = (byte) ids[i];
      bare[scan + 2 * i] = (byte) ids[i];
    }

    assertThat(reader.read(bare, ImageShape.CIFAR, null).pixels())
        .isEqualTo(reader.read(named, ImageShape.CIFAR, null).pixels());
  }

  private static int[] color(String name) {
    return switch (name) {
      case "R" -> new int[] {255, 0, 0};
      case "G" -> new int[] {0, 255, 0};
      case "B" -> new int[] {0, 0, 255};
      default -> new int[] {255, 255, 255};
    };
  }

  /** The file with an APP1 block of one directory entry, the orientation. */
  private static byte[] withExif(byte[] file, int orientation, ByteOrder order) {
    var tiff = ByteBuffer.allocate(26).order(order);
    tiff.put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M'));
    tiff.put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M'));
    tiff.putShort((short) 42).putInt(8).putShort((short) 1);
    tiff.putShort((short) 0x0112).putShort((short) 3).putInt(1);
    tiff.putShort((short) orientation).putShort((short) 0).putInt(0);
    byte[] head = {(byte) 0xff, (byte) 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0};
    return ByteBuffer.allocate(file.length + 36)
        .put(file, 0, 2)
        .put(head)
        .put(tiff.array())
        .put(file, 2, file.length - 2)
        .array();
  }
}
