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

class CifarOriginTests {
  @TempDir Path folder;

  @Test
  void isTheOfficialAddressWhereNothingIsSaid() {
    var official =
        new CifarOrigin.Remote(
            URI.create("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"));

    assertThat(CifarOrigin.parse(CifarFormat.CIFAR_10, null)).isEqualTo(official);
    assertThat(CifarOrigin.parse(CifarFormat.CIFAR_10, "  ")).isEqualTo(official);
  }

  @Test
  void isAFolderByPathOrUri() throws IOException {
    Path direct = CifarSamples.directory(folder.resolve("my files"));
    var expected = new CifarOrigin.Local(new CifarDirectory(CifarFormat.CIFAR_10, direct));

    assertThat(CifarOrigin.parse(CifarFormat.CIFAR_10, direct.toString())).isEqualTo(expected);
    assertThat(CifarOrigin.parse(CifarFormat.CIFAR_10, direct.toUri().toString()))
        .isEqualTo(expected);
  }

  @Test
  void isTheFolderAroundTheOneInTheArchive() throws IOException {
    Path inner = CifarSamples.directory(folder.resolve("cifar-10-batches-bin"));

    assertThat(CifarOrigin.parse(CifarFormat.CIFAR_10, folder.toString()))
        .isEqualTo(new CifarOrigin.Local(new CifarDirectory(CifarFormat.CIFAR_10, inner)));
  }

  @Test
  void isAnArchiveByPathOrUri() throws IOException {
    Path archive = CifarSamples.archive(folder.resolve("any name"));
    var expected = new CifarOrigin.Local(new CifarArchive(CifarFormat.CIFAR_10, archive));

    assertThat(CifarOrigin.parse(CifarFormat.CIFAR_10, archive.toString())).isEqualTo(expected);
    assertThat(CifarOrigin.parse(CifarFormat.CIFAR_10, archive.toUri().toString()))
        .isEqualTo(expected);
  }

  @Test
  void isAnAddress() {
    assertThat(CifarOrigin.parse(CifarFormat.CIFAR_10, "http://mirror.example/c.tar.gz"))
        .isEqualTo(new CifarOrigin.Remote(URI.create("http://mirror.example/c.tar.gz")));
    assertThat(CifarOrigin.parse(CifarFormat.CIFAR_10, "HTTPS://mirror.example/c.tar.gz"))
        .isInstanceOf(CifarOrigin.Remote.class);
  }

  @Test
  void isRefusedAtOnceWhereItCanNotBeRight() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "no archive");
    Path incomplete = CifarSamples.directory(folder.resolve("incomplete"));
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
    assertThatThrownBy(() -> CifarOrigin.parse(CifarFormat.CIFAR_10, uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }
}
