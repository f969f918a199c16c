package dev.resnet.data.cifar;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.DownloadListener;
import dev.resnet.data.download.HttpDownload;
import dev.resnet.data.download.RemoteFile;
import dev.resnet.files.AtomicFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings CIFAR-10 into the volume, once: whichever of several processes on one volume comes first
 * downloads, the others wait and find the result.
 */
final class Cifar10Download {
  private static final Logger LOG = LoggerFactory.getLogger(Cifar10Download.class);

  /** What the unpacked files take, beside the archive. */
  private static final long UNPACKED =
      Cifar10Reader.LARGEST_FILE * Cifar10Files.BATCHES.size() + (1 << 20);

  private final HttpDownload http;
  private final String md5;

  /**
   * @param md5 that the archive must have; empty where any will do
   */
  Cifar10Download(HttpDownload http, String md5) {
    this.http = http;
    this.md5 = md5;
  }

  /**
   * Downloads the archive beside {@code folder}, checks it, unpacks it and lets the folder appear
   * by a rename.
   */
  void fetch(URI address, Path folder, DownloadListener listener) throws IOException {
    Path volume = Files.createDirectories(folder.toAbsolutePath().getParent());
    listener.downloaded(0);
    try (var channel =
            FileChannel.open(
                volume.resolve("download.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = lock(channel)) {
      if (Files.isDirectory(folder)) {
        LOG.info("cifar10: another process has downloaded it into {}", folder);
        return;
      }
      LOG.debug("cifar10: downloading under {}", lock);
      Path partial = volume.resolve("cifar-10-binary.tar.gz.partial");
      var file = new RemoteFile(address, md5, "resnet.datasets.cifar10");
      http.fetch(file, partial, UNPACKED, listener);
      unpack(file, partial, folder);
      http.forget(partial);
      LOG.info("cifar10: downloaded and unpacked into {}", folder);
    }
  }

  private static FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.lock();
    } catch (OverlappingFileLockException e) {
      throw new IOException("cifar10 is being downloaded by this process already", e);
    }
  }

  private void unpack(RemoteFile file, Path archive, Path folder) throws IOException {
    Path partial = folder.resolveSibling(folder.getFileName() + ".partial");
    AtomicFiles.deleteRecursively(partial);
    try {
      new Cifar10Archive(archive).extract(Files.createDirectories(partial));
      Cifar10Reader.counts(new Cifar10Directory(partial));
      Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (DamagedDatasetException e) {
      // The same bytes would be unpacked in vain for ever.
      http.forget(archive);
      throw new IOException(
          "What %s serves is not CIFAR-10's binary version: %s. Set resnet.datasets.cifar10.uri to a good copy."
              .formatted(file, e.getMessage()),
          e);
    } finally {
      AtomicFiles.deleteRecursively(partial);
    }
  }
}
