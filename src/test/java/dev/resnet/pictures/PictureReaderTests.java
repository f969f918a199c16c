package dev.resnet.pictures;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;

class PictureReaderTests {
  private final PictureReader reader = Limits.reader(10_000, 20_000, DataSize.ofMegabytes(1));

  private static byte[] randomPlanes(long seed) {
    byte[] planes = new byte[ImageShape.CIFAR.values()];
    new Random(seed).nextBytes(planes);
    return planes;
  }

  /** Red, green and blue of one pixel. */
  private static int[] pixel(Picture picture, int x, int y) {
    int at = 3 * (y * 32 + x);
    return new int[] {
      picture.pixels()[at] & 0xff, picture.pixels()[at + 1] & 0xff, picture.pixels()[at + 2] & 0xff
    };
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3"})
  void theBytesOfAnRgbPngAreNotChanged(long seed) throws Exception {
    byte[] planes = randomPlanes(seed);

    assertThat(Png.planes(reader.read(Png.ofPlanes(planes), ImageShape.CIFAR, null).pixels()))
        .isEqualTo(planes);
    assertThat(
            Png.planes(
                reader.read(Png.ofPlanes(planes), ImageShape.CIFAR, ResizePolicy.CROP).pixels()))
        .as("nothing to resize")
        .isEqualTo(planes);
  }

  @Test
  void colourProfilesDoNotChangeThePixels() throws Exception {
    byte[] planes = randomPlanes(4);
    byte[] rows = new byte[planes.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = planes[i % 3 * 1024 + i / 3];
    }
    byte[] file =
        Png.of(32, 32, 8, Png.RGB)
            .chunk("gAMA", new byte[] {0, 1, (byte) 0x86, (byte) 0xa0})
            .chunk("tEXt", "Comment\0not a colour".getBytes(US_ASCII))
            .rows(rows, 96);

    assertThat(Png.planes(reader.read(file, ImageShape.CIFAR, null).pixels())).isEqualTo(planes);
  }

  @Test
  void greyIsCopiedToAllThreeChannels() throws Exception {
    byte[] grey = Arrays.copyOf(randomPlanes(5), 1024);
    Picture picture =
        reader.read(Png.of(32, 32, 8, Png.GREY).rows(grey, 32), ImageShape.CIFAR, null);

    for (int c = 0; c < 3; c++) {
      assertThat(Arrays.copyOfRange(Png.planes(picture.pixels()), c * 1024, (c + 1) * 1024))
          .isEqualTo(grey);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 128, 255", "2, 64, 85", "2, 192, 255", "4, 112, 119"})
  void greyWithFewBitsIsScaledToTheWholeRange(int bits, int firstByte, int expected)
      throws Exception {
    byte[] rows = new byte[32 * 32 * bits / 8];
    rows[0] = (byte) firstByte;
    Picture picture =
        reader.read(Png.of(32, 32, bits, Png.GREY).rows(rows, 4 * bits), ImageShape.CIFAR, null);

    assertThat(pixel(picture, 0, 0)).containsExactly(expected, expected, expected);
    assertThat(pixel(picture, 1, 0)).containsExactly(0, 0, 0);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "65535, 255", "128, 0", "129, 1", "32896, 128", "12850, 50"})
  void sixteenBitsAreScaledAndRoundedToEight(int sample, int expected) throws Exception {
    byte[] grey = new byte[32 * 64];
    byte[] rgb = new byte[32 * 192];
    for (int i = 0; i < 2; i++) {
      grey[i] = (byte) (sample >> 8 * (1 - i));
      rgb[2 + i] = grey[i];
    }
    Picture fromGrey =
        reader.read(Png.of(32, 32, 16, Png.GREY).rows(grey, 64), ImageShape.CIFAR, null);
    Picture fromRgb =
        reader.read(Png.of(32, 32, 16, Png.RGB).rows(rgb, 192), ImageShape.CIFAR, null);

    assertThat(pixel(fromGrey, 0, 0)).containsExactly(expected, expected, expected);
    assertThat(pixel(fromRgb, 0, 0)).containsExactly(0, expected, 0);
  }

  @Test
  void aPaletteGivesItsColours() throws Exception {
    byte[] indexes = new byte[1024];
    indexes[1] = 1;
    indexes[2] = 2;
    byte[] file =
        Png.of(32, 32, 8, Png.PALETTE)
            .chunk("PLTE", new byte[] {10, 20, 30, (byte) 200, (byte) 150, 100, 0, 0, 0})
            .chunk("tRNS", new byte[] {(byte) 255, (byte) 255, 0})
            .rows(indexes, 32);
    Picture picture = reader.read(file, ImageShape.CIFAR, null);

    assertThat(pixel(picture, 0, 0)).containsExactly(10, 20, 30);
    assertThat(pixel(picture, 1, 0)).containsExactly(200, 150, 100);
    assertThat(pixel(picture, 2, 0)).as("transparent").containsExactly(255, 255, 255);
  }

  @ParameterizedTest
  @CsvSource({"255, 100", "0, 255", "128, 177", "51, 224"})
  void transparencyIsBlendedOverWhite(int alpha, int expected) throws Exception {
    byte[] rgba = new byte[32 * 128];
    byte[] greyAlpha = new byte[32 * 64];
    for (int i = 0; i < 3; i++) {
      rgba[i] = 100;
    }
    rgba[3] = (byte) alpha;
    greyAlpha[0] = 100;
    greyAlpha[1] = (byte) alpha;

    assertThat(
            pixel(
                reader.read(Png.of(32, 32, 8, Png.RGBA).rows(rgba, 128), ImageShape.CIFAR, null),
                0,
                0))
        .containsExactly(expected, expected, expected);
    assertThat(
            pixel(
                reader.read(
                    Png.of(32, 32, 8, Png.GREY_ALPHA).rows(greyAlpha, 64), ImageShape.CIFAR, null),
                0,
                0))
        .containsExactly(expected, expected, expected);
  }

  @Test
  void aTransparentColourOfAnRgbPngIsBlendedOverWhite() throws Exception {
    byte[] rows = new byte[32 * 96];
    rows[0] = 1;
    byte[] file =
        Png.of(32, 32, 8, Png.RGB).chunk("tRNS", new byte[] {0, 1, 0, 0, 0, 0}).rows(rows, 96);
    Picture picture = reader.read(file, ImageShape.CIFAR, null);

    assertThat(pixel(picture, 0, 0)).containsExactly(255, 255, 255);
    assertThat(pixel(picture, 1, 0)).containsExactly(0, 0, 0);
  }

  @Test
  void anotherSizeIsRefusedWithAHint() {
    assertThatThrownBy(() -> reader.read(Png.plain(33, 32, 1, 2, 3), ImageShape.CIFAR, null))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining("33×32")
        .hasMessageContaining("?resize=true");
  }

  @Test
  void thePixelLimitHoldsAtItsBoundary() throws Exception {
    assertThat(
            reader.read(Png.plain(100, 100, 9, 8, 7), ImageShape.CIFAR, ResizePolicy.CROP).pixels())
        .startsWith(9)
        .endsWith(7);
    assertThatThrownBy(
            () -> reader.read(Png.plain(10_001, 1, 9, 8, 7), ImageShape.CIFAR, ResizePolicy.CROP))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining("10001×1")
        .hasMessageContaining("10000 pixels");
  }

  @Test
  void aDecompressionBombIsRefusedByItsHeader() {
    // 900 million pixels of one bit: 110 MB of zeros, deflated to about 110 kB.
    byte[] bomb = Png.of(30_000, 30_000, 1, Png.GREY).zeros(30_000L * (1 + 30_000 / 8));
    assertThat(bomb.length).isLessThan(200_000);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    assertRefused(bomb); // Once, to load the classes.

    long before = threads.getThreadAllocatedBytes(thread);
    long start = System.nanoTime();
    assertRefused(bomb);
    long nanos = System.nanoTime() - start;
    long allocated = threads.getThreadAllocatedBytes(thread) - before;

    assertThat(allocated).as("bytes allocated").isLessThan(2_000_000);
    assertThat(nanos).as("nanoseconds").isLessThan(1_000_000_000);
  }

  private void assertRefused(byte[] bomb) {
    assertThatThrownBy(() -> reader.read(bomb, ImageShape.CIFAR, ResizePolicy.CROP))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining("30000×30000");
  }

  @Test
  void aTruncatedPngIsRefused() {
    byte[] file = Png.ofPlanes(randomPlanes(6));
    for (int length = 8; length < file.length; length++) {
      byte[] part = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> reader.read(part, ImageShape.CIFAR, null))
          .as("%d of %d bytes", length, file.length)
          .isInstanceOf(UnreadablePictureException.class)
          .hasMessageContaining("truncated");
    }
  }

  @Test
  void aPngWithAnyBitFlippedIsRefusedOrUnchanged() {
    byte[] planes = randomPlanes(7);
    byte[] file = Png.ofPlanes(planes);
    var random = new Random(8);
    for (int i = 0; i < 500; i++) {
      byte[] damaged = file.clone();
      damaged[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        assertThat(Png.planes(reader.read(damaged, ImageShape.CIFAR, null).pixels()))
            .isEqualTo(planes);
      } catch (UnreadablePictureException e) {
        assertThat(e).hasMessageStartingWith("is ");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 0, 0", "3, 31, 31", "6, 31, 0", "8, 0, 31"})
  void aPngIsTurnedByItsExifChunk(int orientation, int x, int y) throws Exception {
    byte[] exif =
        ByteBuffer.allocate(26)
            .put("MM\0*".getBytes(US_ASCII))
            .putInt(8)
            .putShort((short) 1)
            .putShort((short) 0x0112)
            .putShort((short) 3)
            .putInt(1)
            .putShort((short) orientation)
            .array();
    byte[] rows = new byte[32 * 96];
    rows[0] = (byte) 200;
    byte[] file = Png.of(32, 32, 8, Png.RGB).chunk("eXIf", exif).rows(rows, 96);

    assertThat(pixel(reader.read(file, ImageShape.CIFAR, null), x, y)).containsExactly(200, 0, 0);
  }

  @Test
  void anExifChunkWithAWrongChecksumIsIgnored() throws Exception {
    byte[] rows = new byte[32 * 96];
    rows[0] = (byte) 200;
    byte[] file = Png.of(32, 32, 8, Png.RGB).chunk("eXIf", new byte[26]).rows(rows, 96);
    System.arraycopy("MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\3".getBytes(US_ASCII), 0, file, 41, 20);

    assertThat(pixel(reader.read(file, ImageShape.CIFAR, null), 0, 0)).containsExactly(200, 0, 0);
  }

  @Test
  void otherFilesAreRefused() {
    assertThatThrownBy(() -> reader.read("%PDF-1.7".getBytes(US_ASCII), ImageShape.CIFAR, null))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining("not a PNG, JPEG, GIF, BMP, WebP or TIFF file");
    assertThatThrownBy(() -> reader.read(new byte[0], ImageShape.CIFAR, null))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining("empty");
  }
}
