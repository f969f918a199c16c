package dev.resnet.data.cifar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.download.DownloadSettings;
import dev.resnet.data.download.HttpDownload;
import dev.resnet.data.download.ScriptedServer;
import dev.resnet.files.AtomicFiles;
import dev.resnet.files.Disk;
import dev.resnet.files.Disk.Mode;
import dev.resnet.files.EveryOperation;
import dev.resnet.files.FullVolume;
import dev.resnet.files.VolumeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.util.DigestUtils;
import org.springframework.util.unit.DataSize;

/**
 * Whichever operation of a download fails: the data set is complete, or the next attempt goes on.
 */
class DownloadFaultTests {
  @TempDir private Path folder;
  private final Disk disk = new Disk();

  @ParameterizedTest
  @EnumSource
  void aDownloadIsCompleteOrRepeated(Mode mode) throws Exception {
    byte[] archive = Files.readAllBytes(CifarSamples.archive(folder.resolve("served.tar.gz")));
    Path volume = disk.at(folder).resolve("cifar10");
    Path unpacked = volume.resolve(CifarFormat.CIFAR_10.folder());
    try (var server = new ScriptedServer(ScriptedServer.whole(archive))) {
      var download =
          new CifarDownload(CifarFormat.CIFAR_10, http(), DigestUtils.md5DigestAsHex(archive));
      int operations =
          EveryOperation.fails(
              disk,
              mode,
              new EveryOperation.Work() {
                @Override
                public void prepare(int k) throws IOException {
                  AtomicFiles.deleteRecursively(volume);
                }

                @Override
                public void run(int k) throws IOException {
                  download.fetch(server.address(), unpacked, share -> {});
                }

                @Override
                public void check(int k, @Nullable Throwable thrown) throws IOException {
                  if (thrown == null || Files.exists(unpacked)) {
                    assertComplete(unpacked);
                  }
                  if (thrown != null && mode != Mode.DEATH) {
                    assertThat(thrown).isInstanceOf(IOException.class);
                    assertThat(thrown).isNotInstanceOf(DamagedDatasetException.class);
                    assertThat(thrown).hasMessageContaining(folder.toString());
                    assertThat(FullVolume.isCauseOf(thrown)).isEqualTo(mode == Mode.NO_SPACE);
                  }
                  download.fetch(server.address(), unpacked, share -> {});
                  assertComplete(unpacked);
                  assertThat(VolumeFiles.entries(volume))
                      .containsExactlyInAnyOrder(unpacked, volume.resolve("download.lock"));
                }
              });
      assertThat(operations).isGreaterThan(mode == Mode.NO_SPACE ? 20 : 80);
    }
  }

  private static void assertComplete(Path unpacked) throws IOException {
    for (var file : CifarSamples.files().entrySet()) {
      assertThat(unpacked.resolve(file.getKey())).hasBinaryContent(file.getValue());
    }
  }

  private static HttpDownload http() {
    return new HttpDownload(
        new DownloadSettings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            1,
            Duration.ZERO,
            Duration.ZERO,
            DataSize.ofMegabytes(10)));
  }
}
