package dev.resnet.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifiedFilesTests {
  private final VerifiedFiles verified = new VerifiedFiles();

  @TempDir private Path folder;

  @Test
  void saysHowAFileDiffersFromWhatWasWritten() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "content");
    String sha256 = Sha256.of(file);
    assertThat(verified.damage(file, 7, sha256)).isEmpty();
    assertThat(verified.damage(file, 8, sha256)).hasValue("has 7 bytes instead of 8");

    Files.writeString(file, "CONTENT");
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
    assertThat(verified.damage(file, 7, sha256))
        .hasValue("has the SHA-256 %s instead of %s".formatted(Sha256.of(file), sha256));

    Files.delete(file);
    assertThatThrownBy(() -> verified.damage(file, 7, sha256))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void readsTheContentOnceForEachStateOfTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "content");
    FileTime time = Files.getLastModifiedTime(file);
    String sha256 = Sha256.of(file);
    assertThat(verified.damage(file, 7, sha256)).isEmpty();

    // Same size and times: only the content differs, and that is not read again.
    Files.writeString(file, "CONTENT");
    Files.setLastModifiedTime(file, time);
    assertThat(verified.damage(file, 7, sha256)).isEmpty();
    assertThat(new VerifiedFiles().damage(file, 7, sha256)).isPresent();
  }
}
