package dev.resnet.pictures;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

/** Rows of any length, and chunks other than pixels. */
class PngReadingTests {
  private static final int TALL = 1_000_000;

  private final PictureReader reader = Limits.reader(1 << 24, 1 << 24, DataSize.ofMegabytes(8));

  private static byte[] tall() {
    return Png.of(1, TALL, 1, Png.GREY).zeros(2L * TALL);
  }

  @Test
  void rowsOfOneByteAreDecompressedInBatches() throws Exception {
    byte[] file = tall();
    var inflater =
        new Inflater() {
          private int calls;

          @Override
          public int inflate(byte[] to, int offset, int length) throws DataFormatException {
            calls++;
            return super.inflate(to, offset, length);
          }
        };
    try (var data = new PngData(file, PngFile.of(file).data(), inflater)) {
      var line = new PngLine(data, new byte[1], 1);
      for (int y = 0; y < TALL; y++) {
        line.next(1, 1);
      }
    }
    // The first call finds no input yet.
    assertThat(inflater.calls).isLessThanOrEqualTo(2 * TALL / PngData.BUFFER + 2);
  }

  @Test
  void aRowNeedsNoFurtherMemory() throws Exception {
    byte[] file = tall();
    PngFile png = PngFile.of(file);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    reader.read(file, ImageShape.CIFAR, ResizePolicy.CROP); // Once, to load the classes.

    long before = threads.getThreadAllocatedBytes(thread);
    reader.read(file, ImageShape.CIFAR, ResizePolicy.CROP);
    assertThat(threads.getThreadAllocatedBytes(thread) - before)
        .isLessThanOrEqualTo(2 * PngRows.memory(png, Region.square(1, TALL)));
  }

  /** ISO/IEC 15948, section 9. The rows are longer than the buffer and not a multiple of it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void aFilterIsUndoneAcrossTheBuffersEdges(int filter) throws Exception {
    int width = 11_001;
    int height = 31;
    byte[] rows = new byte[3 * width * height];
    new Random(filter).nextBytes(rows);

    assertThat(
            reader
                .read(
                    Png.of(width, height, 8, Png.RGB).filtered(filter(rows, 3 * width, filter)),
                    ImageShape.CIFAR,
                    ResizePolicy.CROP)
                .pixels())
        .isEqualTo(
            reader
                .read(
                    Png.of(width, height, 8, Png.RGB).rows(rows, 3 * width),
                    ImageShape.CIFAR,
                    ResizePolicy.CROP)
                .pixels());
  }

  private static byte[] filter(byte[] rows, int rowBytes, int filter) {
    var filtered = ByteBuffer.allocate(rows.length + rows.length / rowBytes);
    for (int i = 0; i < rows.length; i++) {
      if (i % rowBytes == 0) {
        filtered.put((byte) filter);
      }
      boolean first = i % rowBytes < 3;
      int left = first ? 0 : rows[i - 3] & 0xff;
      int above = i < rowBytes ? 0 : rows[i - rowBytes] & 0xff;
      int corner = first || i < rowBytes ? 0 : rows[i - rowBytes - 3] & 0xff;
      int predicted =
          switch (filter) {
            case 1 -> left;
            case 2 -> above;
            case 3 -> (left + above) / 2;
            default -> paeth(left, above, corner);
          };
      filtered.put((byte) (rows[i] - predicted));
    }
    return filtered.array();
  }

  private static int paeth(int left, int above, int corner) {
    int estimate = left + above - corner;
    int toLeft = Math.abs(estimate - left);
    int toAbove = Math.abs(estimate - above);
    int toCorner = Math.abs(estimate - corner);
    return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
  }

  @Test
  void transparencyWithAWrongChecksumIsIgnored() throws Exception {
    byte[] file = Png.of(32, 32, 8, Png.RGB).chunk("tRNS", new byte[6]).rows(new byte[32 * 96], 96);
    assertThat(reader.read(file, ImageShape.CIFAR, null).pixels()).containsOnly(255);

    file[new String(file, ISO_8859_1).indexOf("tRNS") + 4 + 6] ^= 1;
    assertThat(reader.read(file, ImageShape.CIFAR, null).pixels()).containsOnly(0);
  }

  @Test
  void onlyTheFirstTransparencyBeforeThePixelsCounts() throws Exception {
    byte[] other = {0, 9, 0, 9, 0, 9};
    byte[] twice =
        Png.of(32, 32, 8, Png.RGB)
            .chunk("tRNS", new byte[6])
            .chunk("tRNS", other)
            .rows(new byte[32 * 96], 96);
    assertThat(reader.read(twice, ImageShape.CIFAR, null).pixels()).containsOnly(255);

    byte[] after = afterThePixels(Png.of(32, 32, 8, Png.RGB).rows(new byte[32 * 96], 96));
    assertThat(reader.read(after, ImageShape.CIFAR, null).pixels()).containsOnly(0);
  }

  /** Adds a tRNS chunk for black before the IEND chunk. */
  private static byte[] afterThePixels(byte[] png) {
    byte[] chunk =
        Png.of(32, 32, 8, Png.RGB).chunk("tRNS", new byte[6]).rows(new byte[32 * 96], 96);
    int from = new String(chunk, ISO_8859_1).indexOf("tRNS") - 4;
    int length = 4 + 4 + 6 + 4;
    int end = png.length - 12;
    return ByteBuffer.allocate(png.length + length)
        .put(png, 0, end)
        .put(chunk, from, length)
        .put(png, end, 12)
        .array();
  }

  @ParameterizedTest
  @CsvSource({"3, 1023", "6, 31", "8, 992"})
  void anExifChunkMayBeginAsInAJpeg(int orientation, int pixel) throws Exception {
    byte[] exif =
        ByteBuffer.allocate(32)
            .put("Exif\0\0MM\0*".getBytes(US_ASCII))
            .putInt(8)
            .putShort((short) 1)
            .putShort((short) 0x0112)
            .putShort((short) 3)
            .putInt(1)
            .putShort((short) orientation)
            .array();
    byte[] rows = new byte[1024];
    rows[0] = (byte) 200;
    byte[] file = Png.of(32, 32, 8, Png.GREY).chunk("eXIf", exif).rows(rows, 32);

    assertThat(reader.read(file, ImageShape.CIFAR, null).pixels()[3 * pixel]).isEqualTo((byte) 200);
  }
}
