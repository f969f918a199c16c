package dev.resnet.jobs;

import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.ImageSet;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** One data set of 100 black images; its download can be delayed. */
public final class TestDatasets implements DatasetCatalog {
  private static final List<String> CLASSES = List.of("cat", "dog");
  private final CountDownLatch downloading = new CountDownLatch(1);
  private volatile boolean held;
  private volatile IOException failure;

  /** From now on, downloads do not end. */
  public void hold() {
    held = true;
  }

  void failOnceWith(IOException thrown) {
    failure = thrown;
  }

  /** Counted down once a thread waits for the download. */
  public CountDownLatch downloading() {
    return downloading;
  }

  @Override
  public List<DatasetInfo> list() {
    return List.of(
        new DatasetInfo(
            "synthetic",
            CLASSES,
            ImageShape.CIFAR,
            ResizePolicy.CROP,
            100,
            20,
            held ? DatasetInfo.Status.DOWNLOADING : DatasetInfo.Status.READY,
            null,
            null,
            held ? 0.25 : null,
            null,
            null));
  }

  @Override
  public Optional<DatasetInfo> info(String name, @Nullable String version) {
    return list().stream().filter(info -> info.name().equals(name)).findFirst();
  }

  @Override
  public Dataset load(String name, @Nullable String version) throws IOException {
    IOException thrown = failure;
    if (thrown != null) {
      failure = null;
      throw thrown;
    }
    if (held) {
      downloading.countDown();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new InterruptedIOException("the download was interrupted");
      }
    }
    return new Dataset(name, CLASSES, images(100), images(20), ResizePolicy.CROP, "cd".repeat(32));
  }

  @Override
  public void hold(String name, String version) {}

  private static ImageSet images(int count) {
    return new ImageSet(
        ImageShape.CIFAR, new byte[count * ImageShape.CIFAR.values()], new short[count]);
  }
}
