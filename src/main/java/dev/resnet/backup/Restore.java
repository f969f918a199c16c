package dev.resnet.backup;

import dev.resnet.files.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Restores an archive into an empty data directory and an empty database, which may be of another
 * kind than the one that the archive comes from.
 *
 * <p>Files come first, then all rows in one transaction. A restore that was killed at any moment
 * can be repeated.
 */
final class Restore {
  /** More is no list of tables, and no list of checksums of a million files. */
  private static final int MOST_BYTES = 256 << 20;

  private static final Pattern CHECKSUM = Pattern.compile("(?m)^([0-9a-f]{64})  (.+)$");

  private final RestoreHome home;
  private final RestoreRows rows;

  Restore(Path home, DataSource database) {
    this.home = new RestoreHome(home);
    this.rows = new RestoreRows(database);
  }

  /**
   * Restores an archive.
   *
   * @return what it holds
   * @throws RestoreRefusedException if the archive is damaged or of a newer version, or if the data
   *     directory or the database is not empty
   */
  Manifest from(InputStream archive) throws IOException, SQLException {
    home.requireEmpty(); // before the embedded database makes its files there
    try (var tar = new TarArchiveInputStream(archive, StandardCharsets.UTF_8.name())) {
      Map<String, String> checksums = new LinkedHashMap<>();
      Manifest manifest = manifest(tar, checksums);
      RestoreRows.requireKnown(manifest);
      if (!rows.isEmpty()) {
        Optional<Manifest> interrupted = home.interrupted();
        if (interrupted.filter(manifest::equals).isEmpty()) {
          throw new RestoreRefusedException(
              "The database is not empty.",
              interrupted.isPresent()
                  ? "The restore of another backup was interrupted: repeat that one, of %s."
                      .formatted(interrupted.get().createdAt())
                  : RestoreRows.OTHER_DATABASE);
        }
        // The rows are there, so all files were before.
      } else {
        home.begin(manifest);
        extract(tar, manifest, checksums);
        rows.fill(manifest, home);
      }
      rows.finish();
      home.finish();
      return manifest;
    }
  }

  static RestoreRefusedException unusable(String why) {
    return new RestoreRefusedException(
        "The archive can't be restored: %s.".formatted(why),
        "Use a whole, unchanged archive of POST /api/v1/backup.");
  }

  private static Manifest manifest(TarArchiveInputStream tar, Map<String, String> checksums)
      throws IOException {
    TarArchiveEntry first = next(tar);
    if (first == null || !first.getName().equals(Manifest.ENTRY)) {
      throw unusable("it is not an archive of this service");
    }
    byte[] json = bytes(tar);
    checksums.put(first.getName(), Sha256.of(json));
    Manifest manifest;
    try {
      manifest = Manifest.of(json);
    } catch (RuntimeException e) {
      throw unusable("its %s can't be read: %s".formatted(Manifest.ENTRY, e.getMessage()));
    }
    if (manifest.format() != Manifest.FORMAT) {
      throw unusable("it has the unknown format " + manifest.format());
    }
    return manifest;
  }

  private static @Nullable TarArchiveEntry next(TarArchiveInputStream tar) throws IOException {
    try {
      return tar.getNextEntry();
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  private static RestoreRefusedException damaged(IOException e) {
    return unusable("it is damaged or was cut off (%s)".formatted(e.getMessage()));
  }

  private static byte[] bytes(TarArchiveInputStream tar) throws IOException {
    byte[] bytes = tar.readNBytes(MOST_BYTES);
    if (bytes.length == MOST_BYTES) {
      throw unusable("an entry is too large");
    }
    return bytes;
  }

  private void extract(TarArchiveInputStream tar, Manifest manifest, Map<String, String> checksums)
      throws IOException {
    Map<String, Manifest.Rows> tables =
        manifest.tables().stream()
            .collect(Collectors.toMap(Manifest.Rows::entry, Function.identity()));
    for (TarArchiveEntry entry = next(tar); entry != null; entry = next(tar)) {
      String name = entry.getName();
      if (name.equals(Manifest.CHECKSUMS)) {
        compare(checksums, new String(bytes(tar), StandardCharsets.UTF_8));
        if (!checksums.keySet().containsAll(tables.keySet())) {
          throw unusable("tables are missing");
        }
        return;
      }
      if (!entry.isFile() || entry.isLink() || entry.isSymbolicLink()) {
        throw unusable("its entry %s is not a file".formatted(name));
      }
      InputStream content = new Entry(tar);
      String sha256;
      if (tables.containsKey(name)) {
        sha256 = home.writeRows(tables.get(name), content);
      } else if (name.startsWith(Manifest.FILES)) {
        sha256 = home.write(name.substring(Manifest.FILES.length()), content);
      } else {
        throw unusable("it has the entry " + name);
      }
      checksums.put(name, sha256);
    }
    throw unusable("it was cut off: the list of checksums at its end is missing");
  }

  private static void compare(Map<String, String> found, String list) {
    Map<String, String> expected =
        CHECKSUM
            .matcher(list)
            .results()
            .collect(Collectors.toMap(line -> line.group(2), line -> line.group(1), (a, b) -> b));
    for (Map.Entry<String, String> entry : found.entrySet()) {
      if (!entry.getValue().equals(expected.get(entry.getKey()))) {
        throw unusable("%s has changed".formatted(entry.getKey()));
      }
    }
    if (!found.keySet().equals(expected.keySet())) {
      throw unusable("entries are missing");
    }
  }

  /** Tells a failed read of the archive from a failed write to the volume. */
  private static final class Entry extends FilterInputStream {
    Entry(TarArchiveInputStream tar) {
      super(tar);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return super.read(bytes, offset, length);
      } catch (IOException e) {
        throw damaged(e);
      }
    }
  }
}
