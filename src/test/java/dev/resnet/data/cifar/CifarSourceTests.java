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
class CifarSourceTests {
  @TempDir Path folder;

  private final List<Double> progress = new ArrayList<>();
  private Path volume;
  private byte[] archive;

  @BeforeEach
  void prepare() throws IOException {
    volume = folder.resolve("datasets/cifar10");
    Path file = CifarSamples.archive(folder.resolve("served.tar.gz"));
    archive = Files.readAllBytes(file);
  }

  @Test
  void downloadsIntoTheVolumeOnce() throws IOException {
    try (var server = new ScriptedServer(ScriptedServer.whole(archive))) {
      var source = source(new CifarOrigin.Remote(server.address()), md5());
      assertThat(source.overview().present()).isFalse();
      assertThat(source.overview().train()).isEqualTo(50_000);
      assertThat(source.overview().test()).isEqualTo(10_000);

      Dataset first = source.read(progress::add);
      Dataset second = source.read(progress::add);

      assertThat(first.train().count()).isEqualTo(CifarSamples.TRAIN);
      assertThat(second.sha256()).isEqualTo(first.sha256());
      assertThat(server.requests()).hasSize(1);
      assertThat(progress).startsWith(0.0).endsWith(1.0);
      assertThat(source.overview())
          .isEqualTo(
              new DatasetSource.Overview(
                  CifarFormat.CIFAR_10.classes(), CifarSamples.TRAIN, CifarSamples.TEST, true));
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
      source(new CifarOrigin.Remote(server.address()), md5()).read(progress::add);

      assertThat(server.requests().get(1))
          .containsEntry("range", "bytes=%d-".formatted(archive.length / 2));
    }
  }

  @Test
  void takesWhatIsInTheVolumeBeforeTheNetwork() throws IOException {
    CifarSamples.directory(volume.resolve("cifar-10-batches-bin"));
    var source = source(unreachable(), "");

    assertThat(source.overview().present()).isTrue();
    assertThat(source.read(progress::add).test().count()).isEqualTo(CifarSamples.TEST);
    assertThat(progress).isEmpty();
  }

  @Test
  void takesTheOperatorsFilesBeforeTheVolume() throws IOException {
    Path damaged = volume.resolve("cifar-10-batches-bin");
    CifarSamples.directory(damaged, Map.of("test_batch.bin", new byte[1]));
    Path given = CifarSamples.directory(folder.resolve("given"));
    Path packed = CifarSamples.archive(folder.resolve("given.tar.gz"));

    Dataset fromFolder =
        source(CifarOrigin.parse(CifarFormat.CIFAR_10, given.toString()), "").read(progress::add);
    var packedSource = source(CifarOrigin.parse(CifarFormat.CIFAR_10, packed.toString()), "");

    assertThat(packedSource.overview().present()).isTrue();
    assertThat(packedSource.read(progress::add).sha256()).isEqualTo(fromFolder.sha256());
    assertThat(fromFolder.train().count()).isEqualTo(CifarSamples.TRAIN);
  }

  @Test
  void saysHowToMendADamagedVolume() throws IOException {
    Path damaged = CifarSamples.directory(volume.resolve("cifar-10-batches-bin"));
    Files.delete(damaged.resolve("data_batch_2.bin"));
    var source = source(unreachable(), "");

    assertThat(source.overview().present()).isTrue();
    assertThatThrownBy(() -> source.read(progress::add))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("data_batch_2.bin is missing", "Delete the folder " + damaged);
  }

  @Test
  void saysHowToMendDamagedFilesOfTheOperator() throws IOException {
    Path given = CifarSamples.directory(folder.resolve("given"));
    var source = source(CifarOrigin.parse(CifarFormat.CIFAR_10, given.toString()), "");
    Files.write(given.resolve("test_batch.bin"), new byte[5]);

    assertThatThrownBy(() -> source.read(progress::add))
        .hasMessageContainingAll(
            "test_batch.bin, record 0 is cut short", "resnet.datasets.cifar10.uri");
  }

  @Test
  void keepsNothingOfAnArchiveThatIsNotCifar10() throws IOException {
    byte[] other =
        Files.readAllBytes(
            CifarSamples.archive(
                folder.resolve("other.tar.gz"), Map.of("test_batch.bin", new byte[3073])));
    try (var server = new ScriptedServer(ScriptedServer.whole(other))) {
      var source = source(new CifarOrigin.Remote(server.address()), "");

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
      source(new CifarOrigin.Remote(server.address()), md5()).read(progress::add);
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
    var download = new CifarDownload(CifarFormat.CIFAR_10, http(), "");

    // The folder appears between the first look and the lock: when progress is told first.
    download.fetch(URI.create("http://127.0.0.1:1/never-asked"), done, share -> sampleInto(done));

    assertThat(done).isDirectory();
    AtomicFiles.deleteRecursively(done);
  }

  private static void sampleInto(Path target) {
    try {
      CifarSamples.directory(target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CifarOrigin unreachable() {
    return new CifarOrigin.Remote(URI.create("http://127.0.0.1:1/never-asked"));
  }

  private CifarSource source(CifarOrigin origin, String md5) {
    return new CifarSource(
        CifarFormat.CIFAR_10, origin, volume, new CifarDownload(CifarFormat.CIFAR_10, http(), md5));
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
