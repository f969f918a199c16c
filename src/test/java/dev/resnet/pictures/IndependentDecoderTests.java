package dev.resnet.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.util.unit.DataSize;

/**
 * Compares images of every kind with the results of libpng, libjpeg-turbo, libtiff, libwebp and
 * Pillow. The scripts {@code pictures/make.py} and {@code make_formats.py} in the test resources
 * generate both.
 */
class IndependentDecoderTests {
  /** Two JPEG decoders may round differently. */
  private static final int ROUNDING = 3;

  /** The library filters the edges of blocks at another moment than libwebp. */
  private static final int LOSSY_ROUNDING = 12;

  private static final Map<String, byte[]> EXPECTED = expected("expected.zip");
  private static final Map<String, byte[]> FORMATS = expected("expected_formats.zip");

  private final PictureReader reader = Limits.reader(10_000, 20_000, DataSize.ofMegabytes(8));

  private static Map<String, byte[]> expected(String zipFile) {
    var expected = new TreeMap<String, byte[]>();
    try (var zip = new ZipInputStream(open(zipFile))) {
      for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        expected.put(entry.getName(), zip.readAllBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return expected;
  }

  private static InputStream open(String name) {
    return IndependentDecoderTests.class.getResourceAsStream("/pictures/" + name);
  }

  private Picture read(String name) throws Exception {
    try (InputStream in = open(name)) {
      var shape = new ImageShape(name.startsWith("large") ? 96 : 32);
      return reader.read(in.readAllBytes(), shape, null);
    }
  }

  static Stream<String> pngs() {
    return EXPECTED.keySet().stream().filter(name -> name.endsWith(".png"));
  }

  static Stream<String> jpegs() {
    return EXPECTED.keySet().stream().filter(name -> name.endsWith(".jpg"));
  }

  @ParameterizedTest
  @MethodSource("pngs")
  void aPngIsReadAsLibpngReadsIt(String name) throws Exception {
    assertThat(Png.planes(read(name).pixels())).isEqualTo(EXPECTED.get(name));
  }

  @ParameterizedTest
  @MethodSource("jpegs")
  void aJpegIsReadAsLibjpegReadsIt(String name) throws Exception {
    assertClose(Png.planes(read(name).pixels()), EXPECTED.get(name), ROUNDING);
  }

  static Stream<String> formats() {
    return FORMATS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("formats")
  void otherFormatsAreReadAsOtherProgramsReadThem(String name) throws Exception {
    int rounding = name.startsWith("lossy") ? LOSSY_ROUNDING : name.endsWith("jpg") ? ROUNDING : 0;
    assertClose(Png.planes(read(name).pixels()), FORMATS.get(name), rounding);
  }

  @ParameterizedTest
  @CsvSource({
    "icc_1_of_2_missing.jpg, base.jpg, 0",
    "jfif_and_adobe_transform0.jpg, base.jpg, 0",
    "gray4_trns.png, gray4_trns_ref.png, 0",
    "exif6.jpg, exif6_ref.png, 6"
  })
  void theseFilesHaveTheSamePixels(String name, String same, int rounding) throws Exception {
    assertClose(read(name).pixels(), read(same).pixels(), rounding);
  }

  private static void assertClose(byte[] pixels, byte[] expected, int rounding) {
    int largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs((pixels[i] & 0xff) - (expected[i] & 0xff)));
    }
    assertThat(largest).as("largest difference").isLessThanOrEqualTo(rounding);
  }
}
