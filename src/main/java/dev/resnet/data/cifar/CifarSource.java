package dev.resnet.data.cifar;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetSource;
import dev.resnet.data.DownloadListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A CIFAR data set from the operator's folder or archive, otherwise from the data directory,
 * otherwise downloaded into the data directory.
 */
final class CifarSource implements DatasetSource {
  private static final Logger LOG = LoggerFactory.getLogger(CifarSource.class);

  private final CifarFormat format;
  private final CifarOrigin origin;
  private final Path volume;
  private final CifarDownload download;

  /** Describes the operator's archive; null until first needed. */
  private @Nullable Overview packed;

  /**
   * @param volume the folder {@code datasets/<name>} in the data directory
   */
  CifarSource(CifarFormat format, CifarOrigin origin, Path volume, CifarDownload download) {
    this.format = format;
    this.origin = origin;
    this.volume = volume;
    this.download = download;
  }

  @Override
  public String name() {
    return format.dataset();
  }

  @Override
  public Overview overview() {
    if (origin instanceof CifarOrigin.Local local) {
      return local.files() instanceof CifarDirectory directory
          ? overview(directory)
          : packed(local.files());
    }
    Path folder = volume.resolve(format.folder());
    return Files.isDirectory(folder)
        ? overview(new CifarDirectory(format, folder))
        : official(false);
  }

  @Override
  public Dataset read(DownloadListener listener) throws IOException {
    if (origin instanceof CifarOrigin.Remote remote) {
      Path folder = volume.resolve(format.folder());
      if (!Files.isDirectory(folder)) {
        download.fetch(remote.address(), folder, listener);
      }
      return read(
          new CifarDirectory(format, folder),
          "Delete the folder %s to have it downloaded anew".formatted(folder));
    }
    return read(
        ((CifarOrigin.Local) origin).files(),
        "Unpack %s anew to where %s.uri points".formatted(format.archive(), format.settings()));
  }

  private Dataset read(CifarFiles files, String remedy) throws IOException {
    long start = System.nanoTime();
    try {
      Dataset dataset = CifarReader.read(files);
      LOG.info(
          "{}: read {} training and {} test images in {} ms",
          format.dataset(),
          dataset.train().count(),
          dataset.test().count(),
          (System.nanoTime() - start) / 1_000_000);
      return dataset;
    } catch (DamagedDatasetException e) {
      throw new IOException("%s. %s.".formatted(e.getMessage(), remedy), e);
    }
  }

  /** Damaged files are reported when they are read. */
  private Overview overview(CifarFiles files) {
    try {
      Map<String, Integer> counts = CifarReader.counts(files);
      return new Overview(
          format.classes(),
          CifarReader.trainCount(format, counts),
          CifarReader.testCount(format, counts),
          true);
    } catch (IOException e) {
      LOG.debug("{}: sizes are not known yet: {}", format.dataset(), e.getMessage());
      return official(true);
    }
  }

  /** Unpacks an archive once for its counts, which takes a second or two. */
  private synchronized Overview packed(CifarFiles archive) {
    if (packed == null) {
      packed = overview(archive);
    }
    return packed;
  }

  private Overview official(boolean present) {
    int train = format.train().stream().mapToInt(format::mostRecords).sum();
    return new Overview(format.classes(), train, format.mostRecords(format.test()), present);
  }
}
