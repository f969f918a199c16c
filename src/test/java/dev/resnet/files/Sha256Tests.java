package dev.resnet.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sha256Tests {
  /** The digest of "abc" in FIPS 180-2, appendix B.1. */
  private static final String OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir Path folder;

  @Test
  void isThePublishedDigest() throws IOException {
    Path file = Files.writeString(folder.resolve("abc"), "abc");

    assertThat(Sha256.of(file)).isEqualTo(OF_ABC);
    assertThat(Sha256.of(bytes("abc"))).isEqualTo(OF_ABC);
  }

  @Test
  void digestsArraysLikeTheirConcatenation() {
    assertThat(Sha256.of(bytes("a"), bytes(""), bytes("bc"))).isEqualTo(OF_ABC);
  }

  @Test
  void readsFilesThatAreLongerThanItsBuffer() throws IOException {
    byte[] content = new byte[200_001];
    content[200_000] = 1;

    assertThat(Sha256.of(Files.write(folder.resolve("long"), content)))
        .isEqualTo(Sha256.of(content))
        .isNotEqualTo(Sha256.of(new byte[200_001]));
  }

  @Test
  void namesAMissingFile() {
    Path missing = folder.resolve("missing");

    assertThatThrownBy(() -> Sha256.of(missing))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("missing");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
