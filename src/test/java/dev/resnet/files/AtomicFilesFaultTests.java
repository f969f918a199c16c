package dev.resnet.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.files.Disk.Mode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whichever operation fails, a file or folder is the old one or the new one. */
class AtomicFilesFaultTests {
  @TempDir private Path folder;
  private final Disk disk = new Disk();

  @ParameterizedTest
  @EnumSource
  void aFileIsTheOldOneOrTheNewOne(Mode mode) throws Exception {
    Path target = disk.at(folder).resolve("a/b/file");
    for (boolean replaces : List.of(false, true)) {
      int operations = EveryOperation.fails(disk, mode, new Writing(target, mode, replaces));
      assertThat(operations).isGreaterThan(mode == Mode.NO_SPACE ? 3 : 10);
    }
  }

  private final class Writing implements EveryOperation.Work {
    private final Path target;
    private final Mode mode;
    private final boolean replaces;

    Writing(Path target, Mode mode, boolean replaces) {
      this.target = target;
      this.mode = mode;
      this.replaces = replaces;
    }

    @Override
    public void prepare(int k) throws IOException {
      AtomicFiles.deleteRecursively(folder.resolve("a"));
      if (replaces) {
        AtomicFiles.write(target, out -> out.write(bytes("old")));
      }
    }

    @Override
    public void run(int k) throws IOException {
      AtomicFiles.write(
          target,
          out -> {
            out.write(new byte[100_000]);
            out.write(bytes("new"));
          });
    }

    @Override
    public void check(int k, @Nullable Throwable thrown) throws IOException {
      if (thrown == null) {
        assertThat(Files.size(target)).isEqualTo(100_003);
      } else if (mode == Mode.DEATH && Files.exists(target)) {
        assertThat(Files.size(target)).isIn(3L, 100_003L);
      } else if (replaces) {
        assertThat(target).hasContent("old");
      } else {
        assertThat(target).doesNotExist();
      }
      assertNamed(mode, thrown);
      if (mode != Mode.DEATH) {
        assertThat(partials()).isEmpty();
      }
    }
  }

  private List<Path> partials() throws IOException {
    return VolumeFiles.entries(folder.resolve("a/b")).stream()
        .filter(file -> file.toString().endsWith(".partial"))
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void aFolderHasItsOldOrItsNewName(Mode mode) throws Exception {
    Path old = disk.at(folder).resolve("old");
    Path target = disk.at(folder).resolve("above/new");
    EveryOperation.fails(
        disk,
        mode,
        new EveryOperation.Work() {
          @Override
          public void prepare(int k) throws IOException {
            AtomicFiles.deleteRecursively(old);
            AtomicFiles.deleteRecursively(folder.resolve("above"));
            AtomicFiles.write(old.resolve("one"), out -> out.write(1));
            AtomicFiles.write(old.resolve("two"), out -> out.write(2));
          }

          @Override
          public void run(int k) throws IOException {
            AtomicFiles.moveFolder(old, target);
          }

          @Override
          public void check(int k, @Nullable Throwable thrown) throws IOException {
            boolean moved = Files.exists(target);
            assertThat(Files.exists(old)).isNotEqualTo(moved);
            assertThat(VolumeFiles.entries(moved ? target : old)).hasSize(2);
            if (mode != Mode.DEATH) {
              assertThat(moved).isEqualTo(thrown == null);
            }
            assertNamed(mode, thrown);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void aDeletionThatSaysNothingHasDeletedAll(Mode mode) throws Exception {
    Path root = disk.at(folder).resolve("root");
    EveryOperation.fails(
        disk,
        mode,
        new EveryOperation.Work() {
          @Override
          public void prepare(int k) throws IOException {
            AtomicFiles.write(root.resolve("one"), out -> out.write(1));
            AtomicFiles.write(root.resolve("inner/two"), out -> out.write(2));
          }

          @Override
          public void run(int k) throws IOException {
            AtomicFiles.deleteRecursively(root);
          }

          @Override
          public void check(int k, @Nullable Throwable thrown) throws IOException {
            assertThat(Files.exists(root)).isEqualTo(thrown != null);
            assertNamed(mode, thrown);
            AtomicFiles.deleteRecursively(root);
            assertThat(root).doesNotExist();
          }
        });
  }

  /** Every failure names a file, and a full volume is recognised. */
  private void assertNamed(Mode mode, @Nullable Throwable thrown) {
    if (thrown != null && mode != Mode.DEATH) {
      assertThat(VolumeFiles.failureIn(thrown)).isPresent();
      assertThat(thrown).hasMessageContaining(folder.toString());
      assertThat(FullVolume.isCauseOf(thrown)).isEqualTo(mode == Mode.NO_SPACE);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
