package dev.resnet.backup;

import dev.resnet.files.VolumeFiles;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps files by second names: the service may delete its own names of them meanwhile. A second
 * name takes no space and no time. Where the file system has none, files are copied.
 */
final class FileLinks {
  private static final Logger LOG = LoggerFactory.getLogger(FileLinks.class);

  private final Path home;
  private final Path target;

  /** By path: the expected SHA-256, or empty. */
  private final NavigableMap<String, Optional<String>> files = new TreeMap<>();

  private boolean copies;

  /**
   * @param target a folder on the same volume as {@code home}
   */
  FileLinks(Path home, Path target) {
    this.home = home;
    this.target = target;
  }

  /** Forgets what is to be in the archive. Links stay, so that adding them again is fast. */
  void begin() {
    files.clear();
  }

  /** What is to be in the archive. */
  Map<String, Optional<String>> files() {
    return files;
  }

  Path link(String path) {
    return target.resolve(path);
  }

  /**
   * Keeps what a row names.
   *
   * @return why that is not possible; empty if all is there
   */
  Optional<String> add(NamedFile named) throws IOException {
    if (!named.folder()) {
      return add(named.path(), named.size(), named.sha256());
    }
    List<String> paths =
        VolumeFiles.entries(home.resolve(named.path())).stream()
            .filter(Files::isRegularFile)
            // Still being written: no row names it yet.
            .filter(file -> !file.getFileName().toString().endsWith(".partial"))
            .map(file -> named.path() + "/" + file.getFileName())
            .toList();
    if (paths.isEmpty()) {
      return Optional.of(named.path() + " is missing");
    }
    long size = 0;
    for (String path : paths) {
      Optional<String> problem = add(path, -1, null);
      if (problem.isPresent()) {
        return problem;
      }
      size += Files.size(link(path));
    }
    return named.size() < 0 || size == named.size()
        ? Optional.empty()
        : Optional.of(wrongSize(named.path(), size, named.size()));
  }

  private Optional<String> add(String path, long size, @Nullable String sha256) throws IOException {
    Path source = home.resolve(path).normalize();
    if (!source.startsWith(home)) {
      throw new IOException("A row names the file %s, outside of resnet.home".formatted(path));
    }
    Path link = link(path);
    if (!isLinked(source, link)) {
      Files.deleteIfExists(link);
      Files.createDirectories(link.getParent());
      try {
        linkOrCopy(source, link);
      } catch (NoSuchFileException e) {
        return Optional.of(path + " is missing");
      }
    }
    files.merge(path, Optional.ofNullable(sha256), (old, added) -> added.isPresent() ? added : old);
    long found = Files.size(link);
    return size < 0 || found == size ? Optional.empty() : Optional.of(wrongSize(path, found, size));
  }

  private static String wrongSize(String path, long found, long expected) {
    return "%s has %d bytes instead of %d".formatted(path, found, expected);
  }

  /** Whether the link is there and is that of the present file, if there still is one. */
  private boolean isLinked(Path source, Path link) throws IOException {
    if (!Files.exists(link)) {
      return false;
    }
    try {
      return copies
          ? Files.getLastModifiedTime(source).equals(Files.getLastModifiedTime(link))
          : Files.isSameFile(source, link);
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  private void linkOrCopy(Path source, Path link) throws IOException {
    if (!copies) {
      try {
        Files.createLink(link, source);
        return;
      } catch (NoSuchFileException e) {
        throw e;
      } catch (UnsupportedOperationException | FileSystemException e) {
        LOG.info("Files are copied for the backup, since they can't be linked: {}", e.toString());
        copies = true;
      }
    }
    Files.copy(source, link, StandardCopyOption.COPY_ATTRIBUTES);
  }
}
