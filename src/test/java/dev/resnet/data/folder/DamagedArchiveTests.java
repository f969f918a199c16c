package dev.resnet.data.folder;

import static dev.resnet.data.folder.Archives.ascii;
import static dev.resnet.data.folder.Archives.catsAndDogs;
import static dev.resnet.data.folder.Archives.gzip;
import static dev.resnet.data.folder.Archives.tar;
import static dev.resnet.data.folder.Archives.zip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the bytes are, an archive is read or refused: no other exception reaches the client. */
@Timeout(60)
class DamagedArchiveTests {
  private static final int CHANGES = 400;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"zip", "tar", "tar.gz"})
  void changedBytesNeverEndInAnotherException(String format) throws IOException {
    byte[] whole = archive(format);
    var random = new Random(1);
    for (int change = 0; change < CHANGES; change++) {
      byte[] changed = whole.clone();
      int bytes = 1 + random.nextInt(4);
      for (int i = 0; i < bytes; i++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      open(changed, "change " + change);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zip", "tar", "tar.gz"})
  void truncatedArchivesNeverEndInAnotherException(String format) throws IOException {
    byte[] whole = archive(format);
    for (int part = 0; part < 50; part++) {
      open(Arrays.copyOf(whole, whole.length * part / 50), "part " + part);
    }
  }

  private static byte[] archive(String format) throws IOException {
    var files =
        catsAndDogs()
            .with("notes.txt", ascii("text ".repeat(200)))
            .with("кот/" + "long name ".repeat(12) + ".png", Archives.picture("long"))
            .with("кот/2.png", Archives.picture("2"));
    return switch (format) {
      case "zip" -> zip(files);
      case "tar" -> tar(files);
      default -> gzip(tar(files));
    };
  }

  private void open(byte[] bytes, String what) throws IOException {
    Path file = Files.write(folder.resolve("archive"), bytes);
    try (var archive = PictureArchive.open(file, Conversions.LIMITS)) {
      assertThat(archive.pictures()).as(what).isPositive();
    } catch (RefusedArchiveException e) {
      assertThat(e.getMessage()).as(what).isNotBlank();
    } catch (RuntimeException e) {
      fail(what, e);
    }
  }
}
