package dev.resnet.data;

import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ref.SoftReference;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One data set: its own thread reads it once for all callers; then it stays in memory until the
 * heap is short.
 *
 * <p>A caller that is interrupted stops waiting; when the last one has left, the read is cancelled.
 * This object's lock guards the state and is never held while reading or waiting.
 */
final class SharedDataset implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SharedDataset.class);
  private static final long IDLE_SECONDS = 1;
  private static final String STOPPED = "the service is being stopped";

  private final DatasetSource source;

  /** One thread: a cancelled read ends before the next one begins. */
  private final ThreadPoolExecutor reader;

  private @Nullable Loaded loaded;
  private @Nullable Reading reading;
  private @Nullable String error;

  /** What is known once it has been read; the images may be forgotten and are then read again. */
  private record Loaded(DatasetInfo info, SoftReference<Dataset> dataset) {
    static Loaded of(Dataset dataset) {
      var info =
          new DatasetInfo(
              dataset.name(),
              dataset.classes(),
              dataset.shape(),
              dataset.resize(),
              dataset.train().count(),
              dataset.test().count(),
              DatasetInfo.Status.READY,
              dataset.normalization(),
              dataset.sha256(),
              null,
              null,
              null);
      return new Loaded(info, new SoftReference<>(dataset));
    }
  }

  SharedDataset(DatasetSource source) {
    this.source = source;
    this.reader =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              var thread = new Thread(task, "dataset-" + source.name());
              thread.setDaemon(true);
              return thread;
            });
    reader.allowCoreThreadTimeOut(true);
  }

  DatasetInfo info() {
    DatasetSource.Overview overview = source.overview();
    synchronized (this) {
      if (loaded != null) {
        return loaded.info();
      }
      Double downloaded = reading == null ? null : reading.downloaded;
      DatasetInfo.Status status;
      if (downloaded != null) {
        status = DatasetInfo.Status.DOWNLOADING;
      } else if (error != null) {
        status = DatasetInfo.Status.FAILED;
      } else {
        status = overview.present() ? DatasetInfo.Status.READY : DatasetInfo.Status.ABSENT;
      }
      return new DatasetInfo(
          source.name(),
          overview.classes(),
          ImageShape.CIFAR,
          ResizePolicy.CROP,
          overview.train(),
          overview.test(),
          status,
          null,
          null,
          downloaded,
          reading == null ? error : reading.attemptError,
          null);
    }
  }

  Dataset load() throws IOException {
    Reading joined;
    synchronized (this) {
      Dataset present = loaded == null ? null : loaded.dataset().get();
      if (present != null) {
        return present;
      }
      if (reading == null) {
        var begun = new Reading();
        begun.task = submitted(begun);
        reading = begun; // not earlier: no caller may join a read that no thread has accepted
        error = null;
      }
      joined = reading;
      joined.waiting++;
    }
    try {
      return joined.result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      var stopped =
          new InterruptedIOException(
              "waiting for data set %s was stopped".formatted(source.name()));
      stopped.initCause(e);
      throw stopped;
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } finally {
      leave(joined);
    }
  }

  private Future<?> submitted(Reading begun) throws IOException {
    try {
      return reader.submit(begun);
    } catch (RejectedExecutionException e) {
      throw new IOException(STOPPED, e);
    }
  }

  private synchronized void leave(Reading left) {
    left.waiting--;
    if (left.waiting == 0 && reading == left) {
      LOG.info("{}: nobody waits for it any more, reading it is given up", source.name());
      giveUp(left);
    }
  }

  private void giveUp(Reading given) {
    reading = null;
    Future<?> task = given.task;
    if (task != null) {
      task.cancel(true);
    }
  }

  @Override
  public synchronized void close() {
    if (reading != null) {
      reading.result.completeExceptionally(new IOException(STOPPED));
      giveUp(reading);
    }
    reader.shutdownNow();
  }

  /** One attempt to read the data set. */
  private final class Reading implements Runnable, DownloadListener {
    final CompletableFuture<Dataset> result = new CompletableFuture<>();
    int waiting;
    @Nullable Double downloaded;
    @Nullable String attemptError;
    @Nullable Future<?> task;

    @Override
    public void run() {
      try {
        Dataset dataset = source.read(this);
        end(Loaded.of(dataset), null);
        result.complete(dataset);
      } catch (OutOfMemoryError e) {
        fail(
            new IOException(
                "There is not enough memory for data set %s: give Java more heap (-Xmx)."
                    .formatted(source.name()),
                e));
      } catch (Throwable e) {
        // Also unexpected errors, such as a library that does not link: callers are waiting.
        fail(e);
      }
    }

    private void fail(Throwable e) {
      String message = e.getMessage() == null ? e.toString() : e.getMessage();
      if (end(null, message)) {
        LOG.error("{}: {}", source.name(), message, e);
      }
      result.completeExceptionally(new IOException(message, e));
    }

    /**
     * Stores the outcome before any caller continues.
     *
     * @return false if this read was cancelled
     */
    private boolean end(@Nullable Loaded outcome, @Nullable String failure) {
      synchronized (SharedDataset.this) {
        if (reading != this) {
          return false;
        }
        reading = null;
        loaded = outcome;
        error = failure;
        return true;
      }
    }

    /** New bytes clear the error of the previous attempt; the mere start of another does not. */
    @Override
    public void downloaded(double share) {
      synchronized (SharedDataset.this) {
        if (downloaded != null && downloaded != share) {
          attemptError = null;
        }
        downloaded = share;
      }
    }

    @Override
    public void attemptFailed(String message) {
      synchronized (SharedDataset.this) {
        attemptError = message;
      }
    }
  }
}
