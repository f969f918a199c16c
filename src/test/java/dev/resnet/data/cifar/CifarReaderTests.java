package dev.resnet.data.cifar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.Dataset;
import dev.resnet.data.ImageSet;
import dev.resnet.files.Sha256;
import dev.resnet.pictures.ImageShape;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarReaderTests {
  @TempDir Path folder;

  @Test
  void readsTheFilesInOrder() throws IOException {
    Dataset dataset = read(CifarSamples.files());

    assertThat(dataset.name()).isEqualTo("cifar10");
    assertThat(dataset.train().count()).isEqualTo(CifarSamples.TRAIN);
    assertThat(dataset.test().count()).isEqualTo(CifarSamples.TEST);
    int image = 0;
    for (int file = 1; file <= 5; file++) {
      for (int record = 0; record <= file; record++, image++) {
        assertThat(dataset.train().label(image)).isEqualTo(record);
        assertPixels(dataset.train(), image, file, record);
      }
    }
    assertThat(dataset.test().label(2)).isEqualTo(2);
    assertPixels(dataset.test(), 2, 6, 2);
  }

  @Test
  void saysWhichDataItIs() throws IOException {
    Dataset dataset = read(CifarSamples.files());

    assertThat(dataset.sha256())
        .isEqualTo(
            Sha256.of(
                dataset.train().pixels(),
                dataset.train().labelBytes(),
                dataset.test().pixels(),
                dataset.test().labelBytes()));
  }

  @Test
  void takesTheClassNamesFromTheirFile() throws IOException {
    assertThat(read(CifarSamples.files()).classes())
        .containsExactly("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
  }

  @Test
  void knowsTheClassNamesWhereTheirFileIsMissing() throws IOException {
    var files = CifarSamples.files();
    files.remove("batches.meta.txt");

    assertThat(read(files).classes())
        .containsExactly(
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck");
  }

  @Test
  void refusesOtherThanTenDifferentClassNames() {
    var files = CifarSamples.files();
    files.put(
        "batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\ni\n".getBytes(StandardCharsets.UTF_8));

    assertDamaged(files, "batches.meta.txt", "9 different class names");
  }

  @Test
  void namesTheRecordWithALabelOverNine() throws IOException {
    var files = CifarSamples.files();
    byte[] records = files.get("data_batch_4.bin");
    records[2 * CifarFormat.CIFAR_10.record()] = 9;
    assertThat(read(files).train().label(2 + 3 + 4 + 2)).isEqualTo(9);

    records[2 * CifarFormat.CIFAR_10.record()] = 10;
    assertDamaged(files, "data_batch_4.bin, record 2", "label is 10");
    records[2 * CifarFormat.CIFAR_10.record()] = (byte) 255;
    assertDamaged(files, "data_batch_4.bin, record 2", "label is 255");
  }

  @Test
  void namesTheRecordThatIsCutShort() {
    var files = CifarSamples.files();
    files.compute("test_batch.bin", (name, records) -> Arrays.copyOf(records, 2 * 3073 + 1000));

    assertDamaged(files, "test_batch.bin, record 2 is cut short", "1,000 of 3,073");
  }

  @Test
  void refusesOneByteTooMany() {
    var files = CifarSamples.files();
    files.compute("data_batch_1.bin", (name, records) -> Arrays.copyOf(records, 2 * 3073 + 1));

    assertDamaged(files, "data_batch_1.bin, record 2 is cut short", "1 of 3,073");
  }

  @Test
  void refusesAnEmptyFile() {
    var files = CifarSamples.files();
    files.put("data_batch_5.bin", new byte[0]);

    assertDamaged(files, "data_batch_5.bin is empty");
  }

  @Test
  void namesEveryMissingFile() {
    var files = CifarSamples.files();
    files.remove("data_batch_2.bin");
    assertDamaged(files, "data_batch_2.bin is missing");

    files.remove("test_batch.bin");
    assertDamaged(files, "data_batch_2.bin", "test_batch.bin are missing");
  }

  @Test
  void takesTenThousandRecordsAndNotOneMore() throws IOException {
    var files = CifarSamples.files();
    files.put("test_batch.bin", new byte[10_000 * 3073]);
    assertThat(read(files).test().count()).isEqualTo(10_000);

    files.put("test_batch.bin", new byte[10_001 * 3073]);
    assertDamaged(files, "test_batch.bin", "at most 10,000 records");
  }

  @Test
  void stopsWhereItIsInterrupted() throws IOException {
    var directory = new CifarDirectory(CifarFormat.CIFAR_10, CifarSamples.directory(folder));

    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> CifarReader.read(directory))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  private Dataset read(Map<String, byte[]> files) throws IOException {
    for (String file : new String[] {"batches.meta.txt", "data_batch_2.bin", "test_batch.bin"}) {
      Files.deleteIfExists(folder.resolve(file));
    }
    return CifarReader.read(
        new CifarDirectory(CifarFormat.CIFAR_10, CifarSamples.directory(folder, files)));
  }

  private void assertDamaged(Map<String, byte[]> files, String... parts) {
    assertThatThrownBy(() -> read(files))
        .isInstanceOf(DamagedDatasetException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContainingAll(parts);
  }

  private static void assertPixels(ImageSet images, int image, int file, int record) {
    for (int p = 0; p < ImageShape.CIFAR.values(); p += 511) {
      // The record has planes, the set pixels.
      int at = 3 * (p % 1024) + p / 1024;
      assertThat(images.pixels()[image * ImageShape.CIFAR.values() + at])
          .isEqualTo(CifarSamples.pixel(file, record, p));
    }
  }
}
