package dev.resnet.data.upload;

import dev.resnet.data.Dataset;
import dev.resnet.data.ImageReader;
import dev.resnet.data.folder.Split;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ref.SoftReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Versions in memory, while there is enough. Concurrent callers read a version once. A training
 * keeps what it uses; the rest may be forgotten whenever the heap is short, and is read again.
 */
final class LoadedVersions {
  private final DatasetFolders folders;
  private final PictureFolders pictures;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  private static final class Entry {
    final ReentrantLock reading = new ReentrantLock();
    volatile SoftReference<@Nullable Dataset> dataset = new SoftReference<>(null);
  }

  LoadedVersions(DatasetFolders folders, PictureFolders pictures) {
    this.folders = folders;
    this.pictures = pictures;
  }

  /**
   * A split from its file, also if the version is in memory: nothing may keep it there while it is
   * read.
   */
  ImageReader open(StoredVersion version, Split split) throws IOException {
    return pictures.open(folders.version(version.name(), version.sha256()), split);
  }

  private static String key(StoredVersion version) {
    return version.name() + "/" + version.sha256();
  }

  Dataset load(StoredVersion version) throws IOException {
    entries.values().removeIf(entry -> !entry.reading.isLocked() && entry.dataset.get() == null);
    Entry entry = entries.computeIfAbsent(key(version), unknown -> new Entry());
    Dataset present = entry.dataset.get();
    if (present != null) {
      return present;
    }
    try {
      entry.reading.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(
          "waiting for data set %s was stopped".formatted(version.name()));
    }
    try {
      Dataset other = entry.dataset.get();
      if (other != null) {
        return other;
      }
      Dataset read =
          pictures.read(version.name(), folders.version(version.name(), version.sha256()));
      entry.dataset = new SoftReference<>(read);
      return read;
    } catch (OutOfMemoryError e) {
      throw new IOException(
          "There is not enough memory for data set %s: give Java more heap (-Xmx)."
              .formatted(version.name()),
          e);
    } finally {
      entry.reading.unlock();
    }
  }
}
