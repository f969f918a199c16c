package dev.resnet.data.upload;

import static org.awaitility.Awaitility.await;

import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.DatasetUse;
import dev.resnet.data.ImageReader;
import dev.resnet.data.folder.AddedPicture;
import dev.resnet.data.folder.ArchiveLimits;
import dev.resnet.data.folder.FolderConversion;
import dev.resnet.data.folder.Split;
import dev.resnet.data.folder.UploadOptions;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.PictureReader;
import dev.resnet.pictures.PictureSettings;
import dev.resnet.pictures.ResizePolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleConsumer;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.unit.DataSize;

/** One process that takes uploads in and converts them, on a given database and volume. */
final class UploadProcess implements AutoCloseable {
  static final UploadOptions OPTIONS =
      new UploadOptions(ImageShape.CIFAR, ResizePolicy.CROP, 0.25, 1, false);
  private static final ArchiveLimits LIMITS =
      new ArchiveLimits(
          1000, DataSize.ofMegabytes(64), 200, DataSize.ofMegabytes(1), 1000, 100, 1000);

  /** What jobs need. */
  final List<DatasetUse.User> users = new CopyOnWriteArrayList<>();

  final DatasetStore store;
  final ConversionTask task;
  final Uploads uploads;
  final UploadedDatasets datasets;
  final Additions additions;
  final TransactionTemplate transaction;

  /** While it is not null, conversions wait for it. */
  volatile CountDownLatch gate;

  /** Thrown by the next conversion. */
  volatile RuntimeException failure;

  final CountDownLatch converting = new CountDownLatch(1);

  UploadProcess(
      DataSource database, Path home, UploadProperties settings, Duration heartbeat, Clock clock) {
    transaction = new TransactionTemplate(new JdbcTransactionManager(database));
    store =
        DatasetStore.of(
            JdbcClient.create(database), transaction, home, name -> users, settings, clock);
    var pictures = new Gated();
    var publication = new Publication(store, settings.keepVersions());
    var conversion = new Conversion(store, publication, pictures);
    task =
        new ConversionTask(
            database,
            store,
            conversion,
            true,
            false,
            heartbeat,
            Duration.ofMillis(20),
            Clock.systemUTC());
    uploads = new Uploads(List.of("synthetic"), store, pictures, task);
    additions = new Additions(uploads, store, publication, pictures);
    datasets = new UploadedDatasets(store, new LoadedVersions(store.folders(), pictures), uploads);
  }

  static UploadProperties settings(DataSize total, int keep) {
    return new UploadProperties(DataSize.ofMegabytes(1), DataSize.ofBytes(0), total, keep);
  }

  UploadProcess start() {
    task.start();
    return this;
  }

  void put(String name, byte[] archive) throws IOException {
    uploads.admit(name, archive.length);
    uploads.receive(name, OPTIONS, out -> out.write(archive));
  }

  DatasetInfo info(String name) {
    return datasets.info(name, null).orElseThrow();
  }

  /** Waits until no conversion of this name is left. */
  DatasetInfo awaitEnd(String name) {
    return await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> info(name),
            info -> info.uploaded().upload() == null || !info.uploaded().upload().converting());
  }

  /** The real pictures, behind a gate. */
  private final class Gated implements PictureFolders {
    private final PictureFolders real =
        new PictureArchives(
            new FolderConversion(
                new PictureReader(
                    new PictureSettings(
                        1 << 20, 1 << 21, DataSize.ofMegabytes(16), Duration.ofSeconds(10))),
                LIMITS),
            LIMITS);

    @Override
    public void check(Path archive) throws IOException {
      real.check(archive);
    }

    @Override
    public Description convert(
        Path archive, UploadOptions options, Path folder, DoubleConsumer progress)
        throws IOException {
      converting.countDown();
      RuntimeException thrown = failure;
      if (thrown != null) {
        failure = null;
        throw thrown;
      }
      CountDownLatch closed = gate;
      try {
        if (closed != null && !closed.await(20, TimeUnit.SECONDS)) {
          throw new AssertionError("nobody opened the gate");
        }
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      }
      return real.convert(archive, options, folder, progress);
    }

    @Override
    public Description extend(Path old, List<AddedPicture> added, Path folder) throws IOException {
      return real.extend(old, added, folder);
    }

    @Override
    public Dataset read(String name, Path folder) throws IOException {
      return real.read(name, folder);
    }

    @Override
    public ImageReader open(Path folder, Split split) throws IOException {
      return real.open(folder, split);
    }
  }

  @Override
  public void close() {
    CountDownLatch closed = gate;
    if (closed != null) {
      closed.countDown();
    }
    if (task.isRunning()) {
      task.stop();
    }
  }
}
