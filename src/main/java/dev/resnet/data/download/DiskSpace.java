package dev.resnet.data.download;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Looks for how much more a disk takes. */
@FunctionalInterface
public interface DiskSpace {
  DiskSpace ACTUAL = path -> Files.getFileStore(path).getUsableSpace();

  /** Bytes that can still be written into an existing folder. */
  long usableIn(Path folder) throws IOException;

  /**
   * @throws IOException saying how much is wanted and how much there is
   */
  default void require(long bytes, Path folder) throws IOException {
    long usable = usableIn(folder);
    if (usable < bytes) {
      throw new IOException(
          "%,d MB are needed in %s, but only %,d MB are free: make room there, or point resnet.home to a larger disk."
              .formatted(bytes / 1_000_000 + 1, folder, usable / 1_000_000));
    }
  }
}
