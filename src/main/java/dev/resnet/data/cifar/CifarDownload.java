package dev.resnet.data.cifar;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.DownloadListener;
import dev.resnet.data.download.HttpDownload;
import dev.resnet.data.download.RemoteFile;
import dev.resnet.files.AtomicFiles;
import dev.resnet.files.VolumeFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads a CIFAR data set into the data directory, once. If several processes share the
 * directory, the first one downloads; the others wait and use the result.
 */
final class CifarDownload {
  private static final Logger LOG = LoggerFactory.getLogger(CifarDownload.class);

  /** Bytes for the class names and other small files of the archive. */
  private static final long REST = 1 << 20;

  private final CifarFormat format;
  private final HttpDownload http;
  private final String md5;

  /**
   * @param md5 expected MD5 of the archive; empty to skip the check
   */
  CifarDownload(CifarFormat format, HttpDownload http, String md5) {
    this.format = format;
    this.http = http;
    this.md5 = md5;
  }

  /**
   * Downloads the archive next to {@code folder}, verifies it, unpacks it, and renames the result
   * to {@code folder}.
   */
  void fetch(URI address, Path folder, DownloadListener listener) throws IOException {
    Path volume = Files.createDirectories(folder.toAbsolutePath().getParent());
    listener.downloaded(0);
    try (var channel =
            VolumeFiles.open(
                volume.resolve("download.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = lock(channel)) {
      if (Files.isDirectory(folder)) {
        LOG.info("{}: another process has downloaded it into {}", format.dataset(), folder);
        http.forget(archive(volume)); // left if that process died at the very end
        return;
      }
      LOG.debug("{}: downloading under {}", format.dataset(), lock);
      Path partial = archive(volume);
      var file = new RemoteFile(address, md5, format.settings());
      http.fetch(file, partial, format.size() + REST, listener);
      unpack(file, partial, folder);
      http.forget(partial);
      LOG.info("{}: downloaded and unpacked into {}", format.dataset(), folder);
    }
  }

  private Path archive(Path volume) {
    return volume.resolve(format.archive() + ".partial");
  }

  private FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.lock();
    } catch (OverlappingFileLockException e) {
      throw new IOException(
          "%s is being downloaded by this process already".formatted(format.dataset()), e);
    }
  }

  private void unpack(RemoteFile file, Path archive, Path folder) throws IOException {
    Path partial = folder.resolveSibling(folder.getFileName() + ".partial");
    AtomicFiles.deleteRecursively(partial);
    try {
      new CifarArchive(format, archive).extract(Files.createDirectories(partial));
      CifarReader.counts(new CifarDirectory(format, partial));
      AtomicFiles.moveFolder(partial, folder);
    } catch (DamagedDatasetException e) {
      discard(partial, e);
      // Otherwise each attempt would unpack the same damaged bytes.
      http.forget(archive);
      throw new IOException(
          "What %s serves is not %s's binary version: %s. Set %s.uri to a good copy."
              .formatted(file, format.title(), e.getMessage(), format.settings()),
          e);
    } catch (IOException | RuntimeException | Error e) {
      discard(partial, e);
      throw e;
    }
  }

  /** The first failure is the one to report; the next attempt deletes what is left. */
  private static void discard(Path partial, Throwable failure) {
    try {
      AtomicFiles.deleteRecursively(partial);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
