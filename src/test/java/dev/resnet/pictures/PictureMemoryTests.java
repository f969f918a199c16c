package dev.resnet.pictures;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.resnet.memory.BusyException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import javax.imageio.IIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

/** The memory for decoding one image. */
class PictureMemoryTests {
  private final PictureReader small = reader(DataSize.ofMegabytes(1));
  private final PictureReader large = reader(DataSize.ofMegabytes(256));

  private static PictureReader reader(DataSize decodeMemory) {
    return Limits.reader(1 << 24, 1 << 24, decodeMemory);
  }

  private static BufferedImage noise(int width, int height) {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    var random = new Random(width);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, random.nextInt(64) * 0x030201);
    }
    return image;
  }

  private static byte[] file(BufferedImage image, String format, boolean progressive)
      throws IOException {
    var out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    try (var stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      ImageWriteParam options = writer.getDefaultWriteParam();
      if (options.canWriteProgressive()) {
        options.setProgressiveMode(
            progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
      }
      writer.write(null, new IIOImage(image, null, null), options);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  @Test
  void aRowOfSixteenMillionPixelsIsReadUpToTheSquareAndNoFurther() throws Exception {
    byte[] file;
    try (var in = getClass().getResourceAsStream("/pictures/wide_16777216x1.png")) {
      file = in.readAllBytes();
    }
    PngFile png = PngFile.of(file);
    long estimate = PngRows.memory(png, Region.square(png.width(), png.height()));
    assertThat(estimate).isLessThan(26 << 20);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    large.read(file, ImageShape.CIFAR, ResizePolicy.CROP); // Once, to load the classes.

    long before = threads.getThreadAllocatedBytes(thread);
    large.read(file, ImageShape.CIFAR, ResizePolicy.CROP);
    assertThat(threads.getThreadAllocatedBytes(thread) - before).isLessThanOrEqualTo(estimate);
  }

  @ParameterizedTest
  @CsvSource({"700, 900", "900, 700", "1500, 400", "400, 1500"})
  void aJpegDecodedInBandsIsTheSameImage(int width, int height) throws Exception {
    byte[] file = file(noise(width, height), "jpeg", false);

    assertThat(small.read(file, ImageShape.CIFAR, ResizePolicy.CROP).pixels())
        .isEqualTo(large.read(file, ImageShape.CIFAR, ResizePolicy.CROP).pixels());
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg"})
  void bufferedCoefficientsAreCounted(String format) throws Exception {
    byte[] file = file(noise(700, 700), format, true);

    assertThat(large.read(file, ImageShape.CIFAR, ResizePolicy.CROP)).isNotNull();
    assertThatThrownBy(() -> small.read(file, ImageShape.CIFAR, ResizePolicy.CROP))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining("MB to decode")
        .hasMessageContaining("1 MB (resnet.pictures.max-decode-memory)");
  }

  @Test
  void theDecodeMemoryLimitHoldsAtItsBoundary() throws Exception {
    byte[] file = Png.interlaced(700, 700);
    PngFile png = PngFile.of(file);
    Region whole = Region.whole(700, 700);
    long needed = (png.memory(whole) + Resampler.memory(whole) + 1023) / 1024 * 1024;

    assertThat(
            reader(DataSize.ofBytes(needed))
                .read(file, ImageShape.CIFAR, ResizePolicy.CROP)
                .pixels())
        .containsOnly(0);
    assertThatThrownBy(
            () ->
                reader(DataSize.ofBytes(needed - 1))
                    .read(file, ImageShape.CIFAR, ResizePolicy.CROP))
        .isInstanceOf(UnreadablePictureException.class);
  }

  /** libjpeg waits for the missing components before it returns any row. */
  @Test
  void aFirstScanThatLacksComponentsBuffersTheWholeImage() throws Exception {
    byte[] file = file(noise(700, 700), "jpeg", false);
    int scan = new String(file, ISO_8859_1).indexOf("\u00ff\u00da\0\14\3");
    byte[] partial =
        ByteBuffer.allocate(file.length - 4)
            .put(file, 0, scan)
            .put(new byte[] {(byte) 0xff, (byte) 0xda, 0, 8, 1})
            .put(file, scan + 5, 2)
            .put(file, scan + 11, file.length - scan - 11)
            .array();

    assertThat(JpegFile.of(file, 1 << 20).coefficients()).isZero();
    // 44×44 units of four luma blocks and one block of each chroma component; 64 coefficients of 2
    // bytes.
    assertThat(JpegFile.of(partial, 1 << 20).coefficients()).isEqualTo(44 * 44 * 6 * 64 * 2);
    assertThatThrownBy(() -> small.read(partial, ImageShape.CIFAR, ResizePolicy.CROP))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining("MB to decode");
  }

  @Test
  void waitingTooLongForPixelsIsRefused() throws Exception {
    var pixels = new Semaphore(2000, true);
    var reader = new PictureReader(Limits.settings(2000, 2000, DataSize.ofMegabytes(1)), pixels);
    byte[] file = Png.plain(40, 50, 1, 2, 3);
    pixels.acquire();

    assertThatThrownBy(() -> reader.read(file, ImageShape.CIFAR, ResizePolicy.CROP))
        .isInstanceOfSatisfying(BusyException.class, e -> assertThat(e.retryAfter()).isPositive())
        .hasMessageContaining("2000 pixels")
        .hasMessageContaining("resnet.pictures.max-pixels-at-once");
    assertThat(reader.read(Png.plain(32, 32, 1, 2, 3), ImageShape.CIFAR, ResizePolicy.CROP))
        .as("needs none")
        .isNotNull();
    pixels.release();
    assertThat(reader.read(file, ImageShape.CIFAR, ResizePolicy.CROP).pixels())
        .startsWith(1)
        .endsWith(3);
    assertThat(pixels.availablePermits()).isEqualTo(2000);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1", "1, 7", "7, 1", "2, 3", "4, 9", "5, 5", "31, 33", "32, 32", "33, 70", "70, 33",
    "200, 90"
  })
  void anInterlacedPngIsTheSameImage(int width, int height) throws Exception {
    BufferedImage image = noise(width, height);

    assertThat(large.read(file(image, "png", true), ImageShape.CIFAR, ResizePolicy.CROP).pixels())
        .isEqualTo(
            large.read(file(image, "png", false), ImageShape.CIFAR, ResizePolicy.CROP).pixels());
  }

  @Test
  void outOfMemoryIsNotReportedAsDamage() {
    for (Throwable thrown :
        List.of(
            new OutOfMemoryError(),
            new IIOException("Error reading", new IOException(new OutOfMemoryError())),
            new IIOException("Insufficient memory (case 4)"))) {
      assertThatThrownBy(() -> PictureReader.failure(thrown, PictureFormat.JPEG))
          .isInstanceOfSatisfying(
              BusyException.class, e -> assertThat(e.retryAfter()).isPositive());
    }
    assertThat(PictureReader.failure(new IIOException("Bad table"), PictureFormat.JPEG))
        .hasMessageContaining("damaged");
  }

  @Test
  void damageBelowTheSquareIsRefusedAsWell() throws Exception {
    byte[] rows = new byte[96 * 60];
    rows[0] = 1;
    byte[] file = Png.of(32, 64, 8, Png.RGB).rows(rows, 96);

    assertThatThrownBy(() -> large.read(file, ImageShape.CIFAR, ResizePolicy.CROP))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining("fewer pixels");
  }

  /** Garbage is counted too; only the decoder of lossy WebP makes more of it than it holds. */
  @ParameterizedTest
  @CsvSource({"gif, false", "gif, true", "bmp, false", "tiff, false"})
  void decodingTakesNoMoreThanWasReserved(String format, boolean interlaced) throws Exception {
    var image = new BufferedImage(900, 700, BufferedImage.TYPE_BYTE_INDEXED);
    image.getGraphics().drawImage(noise(900, 700), 0, 0, null);
    assertReservedIsEnough(
        file(format.equals("gif") ? image : noise(900, 700), format, interlaced), format);
  }

  @ParameterizedTest
  @ValueSource(strings = {"large_groups.webp", "webp_palette_6.webp", "bmp_bits.bmp"})
  void decodingASmallFileTakesNoMoreThanWasReserved(String name) throws Exception {
    try (var in = getClass().getResourceAsStream("/pictures/" + name)) {
      assertReservedIsEnough(in.readAllBytes(), name);
    }
  }

  private void assertReservedIsEnough(byte[] bytes, String name) throws Exception {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    large.read(bytes, ImageShape.CIFAR, ResizePolicy.PAD); // Once, to load the classes.
    PictureFile opened = large.open(bytes, PictureFormat.of(bytes).orElseThrow());
    Region whole = Region.whole(opened.width(), opened.height());
    long reserved = opened.memory(whole);
    int[] row = new int[3 * whole.width()];

    long before = threads.getThreadAllocatedBytes(thread);
    try (RegionRows rows = opened.rows(whole)) {
      for (int y = 0; y < whole.height(); y++) {
        rows.next(row);
      }
      rows.finish();
    }
    assertThat(threads.getThreadAllocatedBytes(thread) - before)
        .as(name)
        .isLessThanOrEqualTo(reserved);
  }
}
