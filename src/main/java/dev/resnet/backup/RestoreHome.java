package dev.resnet.backup;

import dev.resnet.files.AtomicFiles;
import dev.resnet.files.VolumeFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The data directory that a restore fills. While it is not complete it holds the folder {@code
 * .restore}: the service does not start then, and the restore can be repeated.
 */
final class RestoreHome {
  static final String UNFINISHED = ".restore";

  /** What an archive may hold, at the top of the data directory. */
  private static final Set<String> RESTORED = Set.of("jobs", "models", "datasets");

  /** Can be made again, or belongs to the volume. */
  private static final Set<String> UNIMPORTANT =
      Set.of("native-cache", "lost+found", SnapshotFolders.NAME, UNFINISHED);

  private static final Set<String> DOWNLOADED = Set.of("cifar10", "cifar100");

  private final Path home;
  private final Path unfinished;

  RestoreHome(Path home) {
    this.home = home;
    this.unfinished = home.resolve(UNFINISHED);
  }

  static boolean isUnfinished(Path home) {
    return !Files.notExists(home.resolve(UNFINISHED)); // also if it can't be read
  }

  /** The backup whose restore was interrupted. */
  Optional<Manifest> interrupted() throws IOException {
    Path manifest = unfinished.resolve(Manifest.ENTRY);
    return Files.exists(manifest)
        ? Optional.of(Manifest.of(Files.readAllBytes(manifest)))
        : Optional.empty();
  }

  /**
   * @throws RestoreRefusedException if there is anything that a restore could harm
   */
  void requireEmpty() throws IOException {
    if (isUnfinished(home)) {
      return; // whatever is here comes from a restore
    }
    for (Path entry : VolumeFiles.entries(home)) {
      String name = entry.getFileName().toString();
      boolean unimportant =
          UNIMPORTANT.contains(name)
              || name.equals("datasets")
                  && VolumeFiles.entries(entry).stream()
                      .allMatch(set -> DOWNLOADED.contains(set.getFileName().toString()));
      if (!unimportant) {
        throw new RestoreRefusedException(
            "The data directory %s is not empty: it has %s.".formatted(home, name),
            "Set --resnet.home to a folder that is empty or does not exist yet. If that is the"
                + " folder of a service that was only tried out, stop it and delete the folder.");
      }
    }
  }

  /** From here on the data directory is not usable until {@link #finish}. */
  void begin(Manifest manifest) throws IOException {
    AtomicFiles.write(unfinished.resolve(Manifest.ENTRY), out -> out.write(manifest.json()));
    AtomicFiles.deleteRecursively(unfinished.resolve("rows"));
    for (String name : RESTORED) {
      for (Path entry : VolumeFiles.entries(home.resolve(name))) {
        if (!name.equals("datasets") || !DOWNLOADED.contains(entry.getFileName().toString())) {
          AtomicFiles.deleteRecursively(entry);
        }
      }
    }
  }

  /**
   * Writes one of the archive's files.
   *
   * @param path as in the archive
   * @return its SHA-256
   * @throws RestoreRefusedException if no backup has such a path
   */
  String write(String path, InputStream content) throws IOException {
    Path target = home.resolve(path).normalize();
    boolean allowed =
        target.startsWith(home)
            && home.relativize(target).getNameCount() > 1
            && RESTORED.contains(home.relativize(target).getName(0).toString());
    if (!allowed) {
      throw Restore.unusable("it has the entry " + path);
    }
    return AtomicFiles.write(target, content::transferTo).sha256();
  }

  String writeRows(Manifest.Rows table, InputStream content) throws IOException {
    return AtomicFiles.write(rows(table), content::transferTo).sha256();
  }

  Path rows(Manifest.Rows table) {
    return unfinished.resolve("rows").resolve(table.table());
  }

  /** The service may start. */
  void finish() throws IOException {
    AtomicFiles.deleteRecursively(unfinished);
  }
}
