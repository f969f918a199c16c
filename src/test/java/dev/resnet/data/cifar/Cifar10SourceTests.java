package dev.resnet.data.cifar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetSource;
import dev.resnet.data.download.DownloadSettings;
import dev.resnet.data.download.HttpDownload;
import dev.resnet.data.download.ScriptedServer;
import dev.resnet.files.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.DigestUtils;
import org.springframework.util.unit.DataSize;

@Timeout(30)
class Cifar10SourceTests {
  @TempDir Path folder;

  private final List<Double> progress = new ArrayList<>();
  private Path volume;
  private byte[] archive;

  @BeforeEach
  void prepare() throws IOException {
    volume = folder.resolve("datasets/cifar10");
    Path file = Cifar10Samples.archive(folder.resolve("served.tar.gz"));
    archive = Files.readAllBytes(file);
  }

  @Test
  void downloadsIntoTheVolumeOnce() throws IOException {
    try (var server = new ScriptedServer(ScriptedServer.whole(archive))) {
      var source = source(new Cifar10Origin.Remote(server.address()), md5());
      assertThat(source.overview().present()).isFalse();
      assertThat(source.overview().train()).isEqualTo(50_000);
      assertThat(source.overview().test()).isEqualTo(10_000);

      Dataset first = source.read(progress::add);
      Dataset second = source.read(progress::add);

      assertThat(first.train().count()).isEqualTo(Cifar10Samples.TRAIN);
      assertThat(second.sha256()).isEqualTo(first.sha256());
      assertThat(server.requests()).hasSize(1);
      assertThat(progress).startsWith(0.0).endsWith(1.0);
      assertThat(source.overview())
          .isEqualTo(
              new DatasetSource.Overview(
                  Cifar10Reader.CLASSES, Cifar10Samples.TRAIN, Cifar10Samples.TEST, true));
    }
    assertThat(volume.resolve("cifar-10-batches-bin")).isDirectory();
    assertThat(volume).isDirectoryNotContaining("glob:**.partial*");
  }

  @Test
  void goesOnWithADownloadThatBrokeOff() throws IOException {
    try (var server =
        new ScriptedServer(
            ScriptedServer.breakingOffAfter(archive.length / 2, archive),
            ScriptedServer.whole(archive))) {
      source(new Cifar10Origin.Remote(server.address()), md5()).read(progress::add);

      assertThat(server.requests().get(1))
          .containsEntry("range", "bytes=%d-".formatted(archive.length / 2));
    }
  }

  @Test
  void takesWhatIsInTheVolumeBeforeTheNetwork() throws IOException {
    Cifar10Samples.directory(volume.resolve("cifar-10-batches-bin"));
    var source = source(unreachable(), "");

    assertThat(source.overview().present()).isTrue();
    assertThat(source.read(progress::add).test().count()).isEqualTo(Cifar10Samples.TEST);
    assertThat(progress).isEmpty();
  }

  @Test
  void takesTheOperatorsFilesBeforeTheVolume() throws IOException {
    Path damaged = volume.resolve("cifar-10-batches-bin");
    Cifar10Samples.directory(damaged, Map.of("test_batch.bin", new byte[1]));
    Path given = Cifar10Samples.directory(folder.resolve("given"));
    Path packed = Cifar10Samples.archive(folder.resolve("given.tar.gz"));

    Dataset fromFolder = source(Cifar10Origin.parse(given.toString()), "").read(progress::add);
    var packedSource = source(Cifar10Origin.parse(packed.toString()), "");

    assertThat(packedSource.overview().present()).isTrue();
    assertThat(packedSource.read(progress::add).sha256()).isEqualTo(fromFolder.sha256());
    assertThat(fromFolder.train().count()).isEqualTo(Cifar10Samples.TRAIN);
  }

  @Test
  void saysHowToMendADamagedVolume() throws IOException {
    Path damaged = Cifar10Samples.directory(volume.resolve("cifar-10-batches-bin"));
    Files.delete(damaged.resolve("data_batch_2.bin"));
    var source = source(unreachable(), "");

    assertThat(source.overview().present()).isTrue();
    assertThatThrownBy(() -> source.read(progress::add))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("data_batch_2.bin is missing", "Delete the folder " + damaged);
  }

  @Test
  void saysHowToMendDamagedFilesOfTheOperator() throws IOException {
    Path given = Cifar10Samples.directory(folder.resolve("given"));
    var source = source(Cifar10Origin.parse(given.toString()), "");
    Files.write(given.resolve("test_batch.bin"), new byte[5]);

    assertThatThrownBy(() -> source.read(progress::add))
        .hasMessageContainingAll(
            "test_batch.bin, record 0 is cut short", "resnet.datasets.cifar10.uri");
  }

  @Test
  void keepsNothingOfAnArchiveThatIsNotCifar10() throws IOException {
    byte[] other =
        Files.readAllBytes(
            Cifar10Samples.archive(
                folder.resolve("other.tar.gz"), Map.of("test_batch.bin", new byte[3073])));
    try (var server = new ScriptedServer(ScriptedServer.whole(other))) {
      var source = source(new Cifar10Origin.Remote(server.address()), "");

      assertThatThrownBy(() -> source.read(progress::add))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll(
              server.address().toString(), "data_batch_1.bin", "resnet.datasets.cifar10.uri");
    }
    assertThat(volume.resolve("cifar-10-batches-bin")).doesNotExist();
    assertThat(volume).isDirectoryNotContaining("glob:**.partial*");
  }

  @Test
  void unpacksAnewWhatAKilledProcessLeftHalfUnpacked() throws IOException {
    Path half = Files.createDirectories(volume.resolve("cifar-10-batches-bin.partial"));
    Files.writeString(half.resolve("data_batch_1.bin"), "half");
    try (var server = new ScriptedServer(ScriptedServer.whole(archive))) {
      source(new Cifar10Origin.Remote(server.address()), md5()).read(progress::add);
    }

    assertThat(half).doesNotExist();
  }

  @Test
  void neverDownloadsTwiceAtATime() throws IOException {
    Files.createDirectories(volume);
    try (var channel =
            FileChannel.open(
                volume.resolve("download.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        var held = channel.lock()) {
      assertThat(held.isValid()).isTrue();
      var source = source(unreachable(), "");

      assertThatThrownBy(() -> source.read(progress::add))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("being downloaded by this process already");
    }
  }

  @Test
  void findsWhatAnotherProcessDownloadedWhileItWaited() throws IOException {
    Path done = volume.resolve("cifar-10-batches-bin");
    var download = new Cifar10Download(http(), "");

    // The folder appears between the first look and the lock: when progress is told first.
    download.fetch(URI.create("http://127.0.0.1:1/never-asked"), done, share -> sampleInto(done));

    assertThat(done).isDirectory();
    AtomicFiles.deleteRecursively(done);
  }

  private static void sampleInto(Path target) {
    try {
      Cifar10Samples.directory(target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Cifar10Origin unreachable() {
    return new Cifar10Origin.Remote(URI.create("http://127.0.0.1:1/never-asked"));
  }

  private Cifar10Source source(Cifar10Origin origin, String md5) {
    return new Cifar10Source(origin, volume, new Cifar10Download(http(), md5));
  }

  private HttpDownload http() {
    var settings =
        new DownloadSettings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            3,
            Duration.ZERO,
            Duration.ZERO,
            DataSize.ofMegabytes(10));
    return new HttpDownload(settings);
  }

  private String md5() {
    return DigestUtils.md5DigestAsHex(archive);
  }
}
