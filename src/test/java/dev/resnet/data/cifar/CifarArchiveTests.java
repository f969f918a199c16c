package dev.resnet.data.cifar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CifarArchiveTests {
  @TempDir Path folder;

  @Test
  void holdsTheSameSetAsItsUnpackedFiles() throws IOException {
    Path archive = CifarSamples.archive(folder.resolve("cifar.tar.gz"));
    var directory =
        new CifarDirectory(
            CifarFormat.CIFAR_10, CifarSamples.directory(folder.resolve("unpacked")));

    Dataset packed = CifarReader.read(new CifarArchive(CifarFormat.CIFAR_10, archive));

    assertThat(packed.sha256()).isEqualTo(CifarReader.read(directory).sha256());
    assertThat(packed.classes()).startsWith("a", "b");
  }

  @Test
  void mayHaveItsFilesAtTheTopAndInAnyOrder() throws IOException {
    Map<String, byte[]> backwards = new TreeMap<>(Comparator.reverseOrder());
    CifarSamples.files().forEach((name, content) -> backwards.put("./" + name, content));
    Path archive = CifarSamples.archive(folder.resolve("cifar.tar.gz"), backwards);
    var directory =
        new CifarDirectory(
            CifarFormat.CIFAR_10, CifarSamples.directory(folder.resolve("unpacked")));

    assertThat(CifarReader.read(new CifarArchive(CifarFormat.CIFAR_10, archive)).sha256())
        .isEqualTo(CifarReader.read(directory).sha256());
  }

  @Test
  void unpacksTheKnownFilesAndNothingElse() throws IOException {
    Path archive = CifarSamples.archive(folder.resolve("cifar.tar.gz"));
    Path target = folder.resolve("target");

    new CifarArchive(CifarFormat.CIFAR_10, archive).extract(target);

    assertThat(target).isDirectoryNotContaining("glob:**/readme.html");
    for (var file : CifarSamples.files().entrySet()) {
      assertThat(target.resolve(file.getKey())).hasBinaryContent(file.getValue());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../test_batch.bin",
        "cifar-10-batches-bin/../../test_batch.bin",
        "/etc/passwd",
        "C:\\test_batch.bin",
        "..\\evil.bin"
      })
  void isRefusedWhereAPathLeavesIt(String path) throws IOException {
    Path archive =
        CifarSamples.archive(
            folder.resolve("evil.tar.gz"),
            tar -> {
              var entry = new TarArchiveEntry(path, true);
              entry.setName(path);
              entry.setSize(1);
              tar.putArchiveEntry(entry);
              tar.write(1);
              tar.closeArchiveEntry();
            });
    Path target = Files.createDirectory(folder.resolve("target"));

    assertThatThrownBy(() -> new CifarArchive(CifarFormat.CIFAR_10, archive).extract(target))
        .isInstanceOf(DamagedDatasetException.class)
        .hasMessageContaining("unsafe path");
    assertThat(target).isEmptyDirectory();
  }

  @Test
  void isRefusedWhereAFileIsALink() throws IOException {
    Path archive =
        CifarSamples.archive(
            folder.resolve("link.tar.gz"),
            tar -> {
              var link = new TarArchiveEntry("test_batch.bin", TarConstants.LF_SYMLINK);
              link.setLinkName("/etc/passwd");
              tar.putArchiveEntry(link);
              tar.closeArchiveEntry();
            });

    assertDamaged(archive, "neither a file nor a folder");
  }

  @Test
  void isRefusedWhereAnEntryIsLargerThanAnyFileOfTheSet() throws IOException {
    Path fits = folder.resolve("fits.tar.gz");
    CifarSamples.archive(fits, Map.of("notes.txt", new byte[30_730_000]));
    assertThat(new CifarArchive(CifarFormat.CIFAR_10, fits).sizes()).isEmpty();

    Path large = folder.resolve("large.tar.gz");
    CifarSamples.archive(large, Map.of("notes.txt", new byte[30_730_001]));
    assertDamaged(large, "30,730,001");
  }

  @Test
  void isRefusedWhereItHoldsTooManyFiles() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 64; i++) {
      entries.put("file" + i, new byte[0]);
    }
    Path most = CifarSamples.archive(folder.resolve("most.tar.gz"), entries);
    assertThat(new CifarArchive(CifarFormat.CIFAR_10, most).sizes()).isEmpty();

    entries.put("one more", new byte[0]);
    assertDamaged(CifarSamples.archive(folder.resolve("more.tar.gz"), entries), "more than 64");
  }

  @Test
  void isRefusedWhereItHoldsAFileTwice() throws IOException {
    Path archive =
        CifarSamples.archive(
            folder.resolve("twice.tar.gz"),
            tar -> {
              CifarSamples.add(tar, "test_batch.bin", new byte[1]);
              CifarSamples.add(tar, "cifar-10-batches-bin/test_batch.bin", new byte[1]);
            });

    assertDamaged(archive, "test_batch.bin twice");
  }

  @Test
  void isDamagedWhereItIsCutShortAnywhere() throws IOException {
    Path archive = CifarSamples.archive(folder.resolve("cifar.tar.gz"));
    byte[] whole = Files.readAllBytes(archive);

    for (int length : List.of(5, 100, whole.length / 2, whole.length - 4)) {
      Files.write(archive, Arrays.copyOf(whole, length));
      assertDamaged(archive, "damaged or cut short");
    }
  }

  @Test
  void isDamagedWhereItsChecksumIsWrong() throws IOException {
    Path archive = CifarSamples.archive(folder.resolve("cifar.tar.gz"));
    byte[] content = Files.readAllBytes(archive);
    content[content.length - 6] ^= 1;
    Files.write(archive, content);

    assertDamaged(archive, "damaged or cut short");
  }

  @Test
  void isDamagedWhereItIsNoArchiveAtAll() throws IOException {
    assertDamaged(Files.writeString(folder.resolve("page.html"), "<html>"), "damaged");
  }

  private static void assertDamaged(Path archive, String what) {
    assertThatThrownBy(() -> CifarReader.read(new CifarArchive(CifarFormat.CIFAR_10, archive)))
        .isInstanceOf(DamagedDatasetException.class)
        .hasMessageContaining(archive.toString())
        .hasMessageContaining(what);
  }
}
