package dev.resnet.data.cifar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10OriginTests {
  @TempDir Path folder;

  @Test
  void isTheOfficialAddressWhereNothingIsSaid() {
    var official =
        new Cifar10Origin.Remote(
            URI.create("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"));

    assertThat(Cifar10Origin.parse(null)).isEqualTo(official);
    assertThat(Cifar10Origin.parse("  ")).isEqualTo(official);
  }

  @Test
  void isAFolderByPathOrUri() throws IOException {
    Path direct = Cifar10Samples.directory(folder.resolve("my files"));
    var expected = new Cifar10Origin.Local(new Cifar10Directory(direct));

    assertThat(Cifar10Origin.parse(direct.toString())).isEqualTo(expected);
    assertThat(Cifar10Origin.parse(direct.toUri().toString())).isEqualTo(expected);
  }

  @Test
  void isTheFolderAroundTheOneInTheArchive() throws IOException {
    Path inner = Cifar10Samples.directory(folder.resolve("cifar-10-batches-bin"));

    assertThat(Cifar10Origin.parse(folder.toString()))
        .isEqualTo(new Cifar10Origin.Local(new Cifar10Directory(inner)));
  }

  @Test
  void isAnArchiveByPathOrUri() throws IOException {
    Path archive = Cifar10Samples.archive(folder.resolve("any name"));
    var expected = new Cifar10Origin.Local(new Cifar10Archive(archive));

    assertThat(Cifar10Origin.parse(archive.toString())).isEqualTo(expected);
    assertThat(Cifar10Origin.parse(archive.toUri().toString())).isEqualTo(expected);
  }

  @Test
  void isAnAddress() {
    assertThat(Cifar10Origin.parse("http://mirror.example/c.tar.gz"))
        .isEqualTo(new Cifar10Origin.Remote(URI.create("http://mirror.example/c.tar.gz")));
    assertThat(Cifar10Origin.parse("HTTPS://mirror.example/c.tar.gz"))
        .isInstanceOf(Cifar10Origin.Remote.class);
  }

  @Test
  void isRefusedAtOnceWhereItCanNotBeRight() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "no archive");
    Path incomplete = Cifar10Samples.directory(folder.resolve("incomplete"));
    Files.delete(incomplete.resolve("data_batch_3.bin"));

    assertRefused(folder.resolve("missing").toString(), "does not exist");
    assertRefused(folder.resolve("missing").toUri().toString(), "does not exist");
    assertRefused(text.toString(), "neither a folder nor a .tar.gz");
    assertRefused(incomplete.toString(), "data_batch_3.bin is missing");
    assertRefused(folder.toString(), "data_batch_1.bin");
    assertRefused("ftp://mirror.example/c.tar.gz", "scheme");
    assertRefused("http:///c.tar.gz", "names no host");
    assertRefused("https://a b/c", "no valid address");
    assertRefused("file:relative", "file:///");
    assertRefused("file://host name/x", "file:///");
    assertRefused("C:\\cifar", "C:\\cifar");
  }

  private static void assertRefused(@Nullable String uri, String reason) {
    assertThatThrownBy(() -> Cifar10Origin.parse(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }
}
