package dev.resnet.data.upload;

import dev.resnet.files.AtomicFiles;
import dev.resnet.files.VolumeFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of uploaded data sets. Versions are in {@code datasets/<name>/<sha256>}; what is not
 * finished yet, and what is being deleted, is in {@code datasets/.uploads/<id>}.
 */
final class DatasetFolders {
  private static final Logger LOG = LoggerFactory.getLogger(DatasetFolders.class);
  private static final String CONVERTED = "converted-";

  /** The form of the ids in {@link #uploads}. */
  private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  private final Path datasets;
  private final Path uploads;

  DatasetFolders(Path home) {
    datasets = home.resolve("datasets");
    uploads = datasets.resolve(".uploads");
  }

  static String newId() {
    return UUID.randomUUID().toString();
  }

  Path archive(String upload) {
    return uploads.resolve(upload).resolve("archive");
  }

  /** A new path for the result of one attempt. */
  Path conversion(String upload) {
    return uploads.resolve(upload).resolve(CONVERTED + UUID.randomUUID());
  }

  Path version(String name, String sha256) {
    return datasets.resolve(name).resolve(sha256);
  }

  /** Deletes what earlier attempts at a conversion left. */
  void deleteConversions(String upload) throws IOException {
    for (Path entry : VolumeFiles.entries(uploads.resolve(upload))) {
      if (entry.getFileName().toString().startsWith(CONVERTED)) {
        AtomicFiles.deleteRecursively(entry);
      }
    }
  }

  /** Makes a finished conversion a version; a leftover in its place goes first. */
  void publish(Path conversion, String name, String sha256) throws IOException {
    Path version = version(name, sha256);
    if (Files.exists(version)) {
      delete(aside(name, sha256));
    }
    AtomicFiles.moveFolder(conversion, version);
  }

  /** Moves a version away; call {@link #delete} with the new path later. */
  Path aside(String name, String sha256) throws IOException {
    Path version = version(name, sha256);
    Path aside = uploads.resolve(newId());
    if (Files.exists(version)) {
      AtomicFiles.moveFolder(version, aside);
    }
    try {
      Files.deleteIfExists(version.getParent());
    } catch (DirectoryNotEmptyException e) {
      LOG.debug("{} has other versions", name, e);
    }
    return aside;
  }

  /** Deletes an upload with everything in it. */
  void deleteUpload(String upload) {
    delete(uploads.resolve(upload));
  }

  /** A folder that can't be deleted now is an orphan, which {@link #orphans} finds later. */
  void delete(Path folder) {
    try {
      AtomicFiles.deleteRecursively(folder);
    } catch (IOException e) {
      LOG.warn("{} could not be deleted: {}", folder, e.toString());
    }
  }

  /** Bytes of all archives and unfinished conversions. */
  long uploadsSize() {
    return size(uploads);
  }

  /** Bytes of the files in a folder; files that disappear meanwhile don't count. */
  static long size(Path folder) {
    if (!Files.exists(folder)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.mapToLong(DatasetFolders::fileSize).sum();
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof NoSuchFileException) {
        return 0;
      }
      throw e;
    }
  }

  private static long fileSize(Path path) {
    try {
      return Files.isRegularFile(path) ? Files.size(path) : 0;
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Something on the volume that may belong to nothing. */
  sealed interface Found {
    /** A folder of {@code .uploads}. */
    record Upload(String id) implements Found {}

    /** A folder that has the form of a version. */
    record Version(String name, String sha256) implements Found {}
  }

  /**
   * Everything in the form of an upload or a version that has not changed since then. Files of
   * built-in data sets never have this form.
   */
  List<Found> olderThan(Instant then) throws IOException {
    Stream<Found> old =
        VolumeFiles.entries(uploads).stream()
            .filter(entry -> matches(ID, entry) && isOlder(entry, then))
            .map(entry -> new Found.Upload(entry.getFileName().toString()));
    Stream.Builder<Found> versions = Stream.builder();
    for (Path name : VolumeFiles.entries(datasets)) {
      for (Path entry : name.equals(uploads) ? List.<Path>of() : VolumeFiles.entries(name)) {
        if (matches(SHA_256, entry) && isOlder(entry, then)) {
          versions.add(
              new Found.Version(name.getFileName().toString(), entry.getFileName().toString()));
        }
      }
    }
    return Stream.concat(old, versions.build()).toList();
  }

  private static boolean matches(Pattern form, Path entry) {
    return Files.isDirectory(entry) && form.matcher(entry.getFileName().toString()).matches();
  }

  /** The newest file counts: an archive grows without changing the time of its folder. */
  private static boolean isOlder(Path folder, Instant then) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.allMatch(
          file -> {
            try {
              return Files.getLastModifiedTime(file).toInstant().isBefore(then);
            } catch (IOException e) {
              return false;
            }
          });
    } catch (IOException | UncheckedIOException e) {
      return false; // something is changing here
    }
  }
}
