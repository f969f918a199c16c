package dev.resnet.jobs;

import dev.resnet.data.Dataset;
import dev.resnet.files.AtomicFiles;
import dev.resnet.files.Sha256;
import dev.resnet.pictures.Normalization;
import dev.resnet.training.EpochChoice;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.Progress;
import dev.resnet.training.StopSignal;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.TrainingListener;
import dev.resnet.training.TrainingResult;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the trainer: epochs take no time, and each waits until the test allows it. Files and the
 * order of calls are real.
 */
public final class ScriptedTraining implements Training {
  private final Semaphore epochs = new Semaphore(0);
  private final BlockingQueue<Integer> starts = new LinkedBlockingQueue<>();
  private final Semaphore ends = new Semaphore(0);
  private volatile Throwable failure;
  private volatile String weights = "";
  private volatile boolean ignoresStop;
  private volatile IntFunction<EpochMetrics> metrics = TestJobs::epoch;
  private volatile int stepsAtStop;
  private volatile @Nullable Path startedFrom;

  /** Allows this many further epochs, in any job. */
  public ScriptedTraining allow(int more) {
    epochs.release(more);
    return this;
  }

  public ScriptedTraining allowAll() {
    return allow(1_000_000);
  }

  /** Throws this once, instead of the next epoch. */
  public void failWith(Throwable thrown) {
    failure = thrown;
  }

  /** Marks the content of further checkpoints, to distinguish them from those of others. */
  void weights(String whose) {
    weights = whose + " ";
  }

  /** From now on, the metrics of each epoch. */
  void metrics(IntFunction<EpochMetrics> script) {
    metrics = script;
  }

  /** Waits until a training run has completed its last epoch. */
  void awaitEnd() throws InterruptedException {
    if (!ends.tryAcquire(10, TimeUnit.SECONDS)) {
      throw new AssertionError("no training run ended");
    }
  }

  /** The starting weights that the latest training run was given. */
  byte[] startedFrom() throws IOException {
    return Files.readAllBytes(startedFrom);
  }

  /** From now on, a run that stops writes a checkpoint after so many steps of its epoch. */
  void stepsAtStop(int steps) {
    stepsAtStop = steps;
  }

  /** Ignores the stop signal from now on, like a suspended process. */
  public void ignoreStop() {
    ignoresStop = true;
  }

  /** Waits for the next training run to start; returns the epoch after which it continues. */
  public int awaitStart() throws InterruptedException {
    Integer resumedAfter = starts.poll(10, TimeUnit.SECONDS);
    if (resumedAfter == null) {
      throw new AssertionError("no training began");
    }
    return resumedAfter;
  }

  @Override
  public TrainingResult train(
      TrainingConfig config,
      Dataset dataset,
      Path folder,
      @Nullable Path start,
      List<CheckpointFile> resumable,
      TrainingListener listener,
      StopSignal stop) {
    CheckpointFile newest = newestValid(resumable);
    int done = newest == null ? 0 : newest.epoch();
    Map<Integer, CheckpointFile> files =
        resumable.stream()
            .filter(file -> !file.isPartial())
            .collect(Collectors.toMap(CheckpointFile::epoch, file -> file));
    List<EpochMetrics> history =
        new ArrayList<>(IntStream.rangeClosed(1, done).mapToObj(metrics).toList());
    startedFrom = start;
    listener.started(TestJobs.ENGINE, done, newest == null ? 0 : newest.step());
    starts.add(done);
    int steps = config.iterationsPerEpoch(dataset.train().count());
    long all = (long) steps * config.epochs();
    while (!EpochChoice.ended(config, history)) {
      listener.progress(
          new Progress(done + 1, config.epochs(), (long) done * steps, all, 1, 0.5, 100));
      if (!nextEpoch(stop)) {
        if (stepsAtStop > 0 && stop.keepsState()) {
          listener.checkpointed(write(folder, done, stepsAtStop));
        }
        return new TrainingResult.Stopped(done);
      }
      done++;
      listener.progress(new Progress(done, config.epochs(), (long) done * steps, all, 1, 0.5, 100));
      files.put(done, write(folder, done, 0));
      history.add(metrics.apply(done));
      listener.epochCompleted(metrics.apply(done), files.get(done));
    }
    ends.release();
    return new TrainingResult.Completed(
        files.get(EpochChoice.kept(config, history).epoch()),
        history,
        dataset.classes(),
        new Normalization(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.25f, 0.25f, 0.25f}),
        dataset.sha256());
  }

  private boolean nextEpoch(StopSignal stop) {
    try {
      while (!epochs.tryAcquire(2, TimeUnit.MILLISECONDS)) {
        Throwable thrown = failure;
        if (thrown != null) {
          failure = null;
          if (thrown instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) thrown;
        }
        if (!ignoresStop && stop.stopRequested()) {
          return false;
        }
      }
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException("a training is never interrupted", e);
    }
  }

  private CheckpointFile write(Path folder, int epoch, int step) {
    try {
      var written =
          AtomicFiles.write(
              folder.resolve(
                  step == 0
                      ? "epoch-%04d.zip".formatted(epoch)
                      : "epoch-%04d-step-%06d.zip".formatted(epoch, step)),
              out -> out.write((weights + "weights of " + epoch).getBytes(StandardCharsets.UTF_8)));
      return new CheckpointFile(
          epoch,
          step,
          written.path(),
          written.size(),
          written.sha256(),
          metrics.apply(epoch).testAccuracy());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Like the real one: a missing file may come back. */
  private static CheckpointFile newestValid(List<CheckpointFile> files) {
    CheckpointFile newest = null;
    IOException missing = null;
    try {
      for (CheckpointFile file : files) {
        if (!Files.exists(file.path())) {
          missing = new IOException(file.path() + " is missing");
        } else if (Sha256.of(file.path()).equals(file.sha256())
            && (newest == null || file.isAfter(newest))) {
          newest = file;
        }
      }
      if (newest == null && missing != null) {
        throw missing;
      }
      return newest;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
