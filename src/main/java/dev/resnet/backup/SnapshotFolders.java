package dev.resnet.backup;

import dev.resnet.files.AtomicFiles;
import dev.resnet.files.VolumeFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders in which backups collect their files: {@code <resnet.home>/.backup/<id>}. The process
 * that writes a backup holds a lock on a file beside it, so what a crash left can be told from what
 * another process uses.
 */
final class SnapshotFolders {
  static final String NAME = ".backup";

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotFolders.class);
  private static final String LOCK = ".lock";

  private final Path root;

  /** In use by this process. Trying a lock on a file would release the one that is held. */
  private final Set<Path> own = ConcurrentHashMap.newKeySet();

  SnapshotFolders(Path home) {
    this.root = home.resolve(NAME);
  }

  /** A folder in use; closing it deletes it. */
  final class Folder implements AutoCloseable {
    private final Path path;
    private final FileChannel lock;

    private Folder(Path path, FileChannel lock) {
      this.path = path;
      this.lock = lock;
    }

    Path path() {
      return path;
    }

    @Override
    public void close() {
      delete(path);
      try {
        lock.close();
      } catch (IOException e) {
        LOG.debug("The lock of {} could not be closed", path, e);
      }
      own.remove(path);
    }
  }

  /** The lock is held before the folder is there, so no other process takes it for a leftover. */
  Folder create() throws IOException {
    Path path = root.resolve(UUID.randomUUID().toString());
    own.add(path);
    try {
      Files.createDirectories(root);
      var folder =
          new Folder(
              path,
              FileChannel.open(lock(path), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
      try {
        folder.lock.lock();
        Files.createDirectory(path);
        return folder;
      } catch (IOException | RuntimeException e) {
        folder.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      own.remove(path);
      throw e;
    }
  }

  /** Beside the folder. */
  private static Path lock(Path folder) {
    return folder.resolveSibling(folder.getFileName() + LOCK);
  }

  /** Deletes the folders of processes that ended during a backup. */
  void deleteLeftovers() {
    for (Path folder : folders()) {
      if (!own.contains(folder) && isLeft(folder)) {
        LOG.info("Deleting {}: the process that wrote this backup has ended", folder);
        delete(folder);
      }
    }
  }

  private List<Path> folders() {
    try {
      return VolumeFiles.entries(root).stream().filter(Files::isDirectory).toList();
    } catch (IOException e) {
      LOG.warn("{} can't be listed: {}", root, e.toString());
      return List.of();
    }
  }

  private static boolean isLeft(Path folder) {
    try (var channel = FileChannel.open(lock(folder), StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock != null;
    } catch (IOException | OverlappingFileLockException e) {
      LOG.debug("{} is left alone: its lock can't be tried", folder, e);
      return false;
    }
  }

  private static void delete(Path folder) {
    try {
      AtomicFiles.deleteRecursively(folder);
      Files.deleteIfExists(lock(folder));
    } catch (IOException e) {
      LOG.warn("{} is no longer needed and can't be deleted: {}", folder, e.toString());
    }
  }
}
