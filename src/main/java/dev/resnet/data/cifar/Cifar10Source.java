package dev.resnet.data.cifar;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetSource;
import dev.resnet.data.DownloadListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * CIFAR-10 from the operator's folder or archive, else from the volume, else downloaded into the
 * volume.
 */
final class Cifar10Source implements DatasetSource {
  static final String NAME = "cifar10";

  private static final Logger LOG = LoggerFactory.getLogger(Cifar10Source.class);

  private static final Overview OFFICIAL =
      new Overview(
          Cifar10Reader.CLASSES,
          Cifar10Files.TRAIN.size() * Cifar10Reader.MOST_RECORDS,
          Cifar10Reader.MOST_RECORDS,
          false);

  private final Cifar10Origin origin;
  private final Path volume;
  private final Cifar10Download download;

  /**
   * @param volume the folder {@code datasets/cifar10} of the service's home
   */
  Cifar10Source(Cifar10Origin origin, Path volume, Cifar10Download download) {
    this.origin = origin;
    this.volume = volume;
    this.download = download;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Overview overview() {
    if (origin instanceof Cifar10Origin.Local local) {
      // An archive would have to be unpacked for its counts.
      return local.files() instanceof Cifar10Directory directory
          ? overview(directory)
          : new Overview(OFFICIAL.classes(), OFFICIAL.train(), OFFICIAL.test(), true);
    }
    Path folder = volume.resolve(Cifar10Files.FOLDER);
    return Files.isDirectory(folder) ? overview(new Cifar10Directory(folder)) : OFFICIAL;
  }

  @Override
  public Dataset read(DownloadListener listener) throws IOException {
    if (origin instanceof Cifar10Origin.Remote remote) {
      Path folder = volume.resolve(Cifar10Files.FOLDER);
      if (!Files.isDirectory(folder)) {
        download.fetch(remote.address(), folder, listener);
      }
      return read(
          new Cifar10Directory(folder),
          "Delete the folder %s to have it downloaded anew".formatted(folder));
    }
    return read(
        ((Cifar10Origin.Local) origin).files(),
        "Unpack cifar-10-binary.tar.gz anew to where resnet.datasets.cifar10.uri points");
  }

  private static Dataset read(Cifar10Files files, String remedy) throws IOException {
    long start = System.nanoTime();
    try {
      Dataset dataset = Cifar10Reader.read(files);
      LOG.info(
          "{}: read {} training and {} test images in {} ms",
          NAME,
          dataset.train().count(),
          dataset.test().count(),
          (System.nanoTime() - start) / 1_000_000);
      return dataset;
    } catch (DamagedDatasetException e) {
      throw new IOException("%s. %s.".formatted(e.getMessage(), remedy), e);
    }
  }

  /** Files that turn out damaged are reported when they are read. */
  private static Overview overview(Cifar10Directory directory) {
    try {
      Map<String, Integer> counts = Cifar10Reader.counts(directory);
      return new Overview(
          Cifar10Reader.CLASSES,
          Cifar10Reader.trainCount(counts),
          Cifar10Reader.testCount(counts),
          true);
    } catch (IOException e) {
      LOG.debug("{}: sizes are not known yet: {}", NAME, e.getMessage());
      return new Overview(OFFICIAL.classes(), OFFICIAL.train(), OFFICIAL.test(), true);
    }
  }
}
