package dev.resnet.data.cifar;

import static dev.resnet.data.cifar.CifarFormat.CIFAR_100;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetSource;
import dev.resnet.data.download.DownloadSettings;
import dev.resnet.data.download.HttpDownload;
import dev.resnet.data.download.ScriptedServer;
import dev.resnet.pictures.ImageShape;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.DigestUtils;
import org.springframework.util.unit.DataSize;

/** What differs from CIFAR-10: the files, two label bytes, a hundred classes. */
@Timeout(30)
class Cifar100Tests {
  private static final int RECORD = 2 + 3072;

  @TempDir Path folder;

  @Test
  void theFineLabelIsTheClass() throws IOException {
    Dataset dataset = read(files());

    assertThat(dataset.name()).isEqualTo("cifar100");
    assertThat(dataset.train().count()).isEqualTo(100);
    assertThat(IntStream.range(0, 100).map(dataset.train()::label))
        .containsExactly(IntStream.range(0, 100).boxed().toArray(Integer[]::new));
    assertThat(dataset.test().label(2)).isEqualTo(2);
    int red = dataset.train().pixels()[5 * ImageShape.CIFAR.values()];
    int green = dataset.train().pixels()[5 * ImageShape.CIFAR.values() + 1];
    assertThat(red).as("red of the first pixel").isEqualTo(pixel(5, 0));
    assertThat(green).as("green of the first pixel").isEqualTo(pixel(5, 1024));
  }

  @Test
  void theClassesHaveTheOfficialNamesWhereTheirFileIsMissing() throws IOException {
    List<String> names = read(files()).classes();

    assertThat(names).hasSize(100).doesNotHaveDuplicates().isSorted();
    assertThat(names).startsWith("apple", "aquarium_fish").endsWith("woman", "worm");
  }

  @Test
  void theClassNamesComeFromTheFileOfFineLabels() throws IOException {
    Map<String, byte[]> files = files();
    List<String> names = IntStream.range(0, 100).mapToObj(i -> "class " + i).toList();
    files.put("fine_label_names.txt", String.join("\n", names).getBytes(US_ASCII));
    files.put("coarse_label_names.txt", "group\n".getBytes(US_ASCII));

    assertThat(read(files).classes()).isEqualTo(names);
  }

  @Test
  void aFineLabelOver99IsNamed() {
    Map<String, byte[]> files = files();
    files.get("train.bin")[7 * RECORD + 1] = 100;

    assertThatThrownBy(() -> read(files))
        .isInstanceOf(DamagedDatasetException.class)
        .hasMessageContaining("train.bin, record 7: the label is 100")
        .hasMessageContaining("CIFAR-100 has the labels 0 to 99");
  }

  @Test
  void aFileOfCifar10sRecordsIsRefused() {
    Map<String, byte[]> files = files();
    files.put("test.bin", new byte[3 * 3073]);

    assertThatThrownBy(() -> read(files))
        .hasMessageContaining("test.bin, record 2 is cut short: it has 3,071 of 3,074 bytes");
  }

  @Test
  void itComesFromItsOwnAddress() {
    assertThat(CifarOrigin.parse(CIFAR_100, null))
        .isEqualTo(
            new CifarOrigin.Remote(
                URI.create("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz")));
    assertThatThrownBy(() -> CifarOrigin.parse(CIFAR_100, folder.toString()))
        .hasMessageContaining("train.bin")
        .hasMessageContaining("the 2 .bin files of CIFAR-100");
  }

  @Test
  void itIsDownloadedUnpackedAndRead() throws IOException {
    Map<String, byte[]> inFolder = new LinkedHashMap<>();
    files().forEach((name, content) -> inFolder.put("cifar-100-binary/" + name, content));
    byte[] archive =
        Files.readAllBytes(CifarSamples.archive(folder.resolve("served.tar.gz"), inFolder));
    Path volume = folder.resolve("datasets/cifar100");
    try (var server = new ScriptedServer(ScriptedServer.whole(archive))) {
      var source =
          new CifarSource(
              CIFAR_100,
              new CifarOrigin.Remote(server.address()),
              volume,
              new CifarDownload(
                  CIFAR_100, new HttpDownload(settings()), DigestUtils.md5DigestAsHex(archive)));
      assertThat(source.overview())
          .isEqualTo(new DatasetSource.Overview(CIFAR_100.classes(), 50_000, 10_000, false));
      var progress = new ArrayList<Double>();

      assertThat(source.read(progress::add).test().count()).isEqualTo(3);

      assertThat(progress).startsWith(0.0).endsWith(1.0);
      assertThat(source.overview())
          .isEqualTo(new DatasetSource.Overview(CIFAR_100.classes(), 100, 3, true));
    }
    assertThat(volume.resolve("cifar-100-binary")).isDirectory();
  }

  private static DownloadSettings settings() {
    return new DownloadSettings(
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        3,
        Duration.ZERO,
        Duration.ZERO,
        DataSize.ofMegabytes(10));
  }

  private Dataset read(Map<String, byte[]> files) throws IOException {
    return CifarReader.read(new CifarDirectory(CIFAR_100, CifarSamples.directory(folder, files)));
  }

  /** A training record of each class, and three test records. */
  private static Map<String, byte[]> files() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("train.bin", records(100));
    files.put("test.bin", records(3));
    return files;
  }

  /** The coarse label is nonsense, which nobody reads. */
  private static byte[] records(int count) {
    byte[] records = new byte[count * RECORD];
    for (int i = 0; i < count; i++) {
      records[i * RECORD] = (byte) 255;
      records[i * RECORD + 1] = (byte) i;
      for (int p = 0; p < 3072; p++) {
        records[i * RECORD + 2 + p] = pixel(i, p);
      }
    }
    return records;
  }

  private static byte pixel(int record, int place) {
    return (byte) (record * 7 + place / 1024 * 50 + place);
  }
}
