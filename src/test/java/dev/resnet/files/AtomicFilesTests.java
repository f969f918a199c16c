package dev.resnet.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTests {
  @TempDir Path folder;

  @Test
  void createsMissingFolders() throws IOException {
    Path target = folder.resolve("a/b/file.txt");

    var written = AtomicFiles.write(target, out -> out.write(bytes("content")));

    assertThat(target).hasContent("content");
    assertThat(written.path()).isEqualTo(target);
    assertThat(written.size()).isEqualTo(7);
    assertThat(written.sha256()).isEqualTo(Sha256.of(target));
  }

  @Test
  void replacesTheOldFileCompletely() throws IOException {
    Path target = Files.writeString(folder.resolve("file.txt"), "a long old content");

    AtomicFiles.write(target, out -> out.write(bytes("new")));

    assertThat(target).hasContent("new");
    assertThat(folder).isDirectoryNotContaining("glob:**.partial");
  }

  @Test
  void theFileAppearsOnlyWhenItIsComplete() throws IOException {
    Path target = Files.writeString(folder.resolve("file.txt"), "old");

    AtomicFiles.write(
        target,
        out -> {
          out.write(bytes("ne"));
          out.flush();
          assertThat(target).hasContent("old");
          out.write('w');
        });

    assertThat(target).hasContent("new");
  }

  @Test
  void keepsTheOldFileIfWritingFails() throws IOException {
    Path target = Files.writeString(folder.resolve("file.txt"), "old");

    assertThatThrownBy(
            () ->
                AtomicFiles.write(
                    target,
                    out -> {
                      out.write(bytes("half"));
                      throw new IOException("broken off");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("broken off");

    assertThat(target).hasContent("old");
    assertThat(folder).isDirectoryNotContaining("glob:**.partial");
  }

  @Test
  void letsAWriterCloseItsStream() throws IOException {
    Path target = folder.resolve("file.zip");

    var written =
        AtomicFiles.write(
            target,
            out -> {
              try (var zip = new ZipOutputStream(out)) {
                zip.putNextEntry(new ZipEntry("entry"));
                zip.write(new byte[100_000]);
              }
            });

    try (var zip = new ZipFile(target.toFile())) {
      assertThat(zip.getEntry("entry").getSize()).isEqualTo(100_000);
    }
    assertThat(written.sha256()).isEqualTo(Sha256.of(target));
    assertThat(written.size()).isEqualTo(Files.size(target));
  }

  /** Two users of one group can share a data directory only if the umask sets the permissions. */
  @Test
  void permissionsAreThoseOfAnyOtherNewFile() throws IOException {
    Path target = folder.resolve("new/file.txt");
    AtomicFiles.write(target, out -> out.write(bytes("content")));
    Path temporary = AtomicFiles.createTemporary(folder, "model.", ".partial");
    Path ordinary = Files.createFile(folder.resolve("ordinary"));

    assertThat(permissions(target)).isEqualTo(permissions(ordinary));
    assertThat(permissions(temporary)).isEqualTo(permissions(ordinary));
    assertThat(temporary).isEmptyFile();
    assertThat(temporary.getFileName().toString()).startsWith("model.").endsWith(".partial");
    assertThat(permissions(target.getParent()))
        .isEqualTo(permissions(Files.createDirectory(folder.resolve("folder"))));
  }

  /** The mode on POSIX, the access control list on Windows. */
  private static Object permissions(Path path) throws IOException {
    Set<String> views = path.getFileSystem().supportedFileAttributeViews();
    return Files.getAttribute(path, views.contains("posix") ? "posix:permissions" : "acl:acl");
  }

  @Test
  void deletesAFolderWithItsContent() throws IOException {
    Path root = Files.createDirectories(folder.resolve("root/inner"));
    Files.writeString(root.resolve("file"), "content");
    Files.writeString(folder.resolve("beside"), "stays");

    AtomicFiles.deleteRecursively(folder.resolve("root"));

    assertThat(folder.resolve("root")).doesNotExist();
    assertThat(folder.resolve("beside")).exists();
    assertThatCode(() -> AtomicFiles.deleteRecursively(folder.resolve("root")))
        .doesNotThrowAnyException();
  }

  @Test
  void deletesALinkAndNotItsTarget() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("file"), "stays");
    Path root = Files.createDirectory(folder.resolve("root"));
    Files.createSymbolicLink(root.resolve("link"), outside);

    AtomicFiles.deleteRecursively(root);

    assertThat(root).doesNotExist();
    assertThat(outside.resolve("file")).exists();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
