package dev.resnet.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks that files are unchanged. The digest is computed once for each state of a file; later
 * checks compare only its size and times.
 */
public final class VerifiedFiles {
  /** Most files to remember; a few hundred bytes each. */
  private static final int MOST_REMEMBERED = 1000;

  private final Map<Path, Verified> verified =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Verified> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  private record Verified(long size, FileTime modified, @Nullable Object key, String sha256) {}

  /**
   * What is wrong with a file, as the predicate of a sentence about it; empty if nothing is.
   *
   * @param size when it was written, in bytes
   * @param sha256 when it was written, lower-case hex
   * @throws java.nio.file.NoSuchFileException if it does not exist
   */
  public Optional<String> damage(Path file, long size, String sha256) throws IOException {
    var now = Files.readAttributes(file, BasicFileAttributes.class);
    if (now.size() != size) {
      return Optional.of("has %d bytes instead of %d".formatted(now.size(), size));
    }
    var seen = new Verified(now.size(), now.lastModifiedTime(), now.fileKey(), sha256);
    if (seen.equals(remembered(file))) {
      return Optional.empty();
    }
    String found = Sha256.of(file);
    if (!found.equals(sha256)) {
      return Optional.of("has the SHA-256 %s instead of %s".formatted(found, sha256));
    }
    remember(file, seen);
    return Optional.empty();
  }

  private synchronized @Nullable Verified remembered(Path file) {
    return verified.get(file);
  }

  private synchronized void remember(Path file, Verified state) {
    verified.put(file, state);
  }
}
