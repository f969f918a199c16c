package dev.resnet.jobs;

import dev.resnet.engine.EngineDescription;
import dev.resnet.jobs.RunHandle.Reason;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.Progress;
import dev.resnet.training.TrainingListener;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Writes the progress and epochs of one attempt to the database, as long as the attempt owns the
 * job.
 *
 * <p>A separate thread writes in order, so training continues while the database is unavailable.
 * Every epoch is kept until it is written; of the progress only the newest value is kept.
 */
final class RunRecorder implements TrainingListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunRecorder.class);
  private static final Duration BETWEEN_WRITES = Duration.ofSeconds(1);

  private final TrainingJob job;
  private final TrainingJobRepository jobs;
  private final EpochRepository epochs;
  private final JobEvents events;
  private final JobStore store;
  private final TransactionOperations transaction;
  private final JobFolders folders;
  private final RunHandle handle;
  private final Outage outage;
  private final ExecutorService writer;

  /** Epochs whose rows are not written yet. */
  private final AtomicInteger unwritten = new AtomicInteger();

  private final AtomicBoolean progressQueued = new AtomicBoolean();
  private Instant nextWrite = Instant.MIN;
  private volatile JobProgress progress;
  private @Nullable EngineDescription engine;
  private volatile @Nullable Throwable failure;
  private volatile boolean closed;

  RunRecorder(TrainingJob job, JobStore store, RunHandle handle, Outage outage) {
    this.job = job;
    this.jobs = store.jobs();
    this.epochs = store.epochs();
    this.events = store.events();
    this.store = store;
    this.transaction = store.transaction();
    this.folders = store.folders();
    this.handle = handle;
    this.outage = outage;
    this.progress = job.progress();
    this.writer =
        Executors.newSingleThreadExecutor(
            work -> {
              var thread = new Thread(work, "rows-of-" + job.id());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Null until training has started. */
  @Nullable EngineDescription engine() {
    return engine;
  }

  @Override
  public void started(EngineDescription chosen, int resumedAfterEpoch, int step) {
    engine = chosen;
    JobProgress start = progress.rewound(resumedAfterEpoch, step, job.config().epochs());
    progress = start;
    LOG.info(
        "Job {} attempt {} trains on {} {} ({}), after {} epochs and {} steps",
        job.id(),
        job.attempt(),
        chosen.engine().wireName(),
        chosen.precision().wireName(),
        chosen.reason(),
        resumedAfterEpoch,
        step);
    write(
        0,
        () -> {
          jobs.started(job, chosen, start);
          List<CheckpointFile> unusable =
              epochs.forgetCheckpointsAfter(job.id(), resumedAfterEpoch);
          if (!unusable.isEmpty()) {
            JobFault.UNUSABLE_CHECKPOINT.count();
            events.log(job.id(), LogLines.unusable(unusable, resumedAfterEpoch));
          }
          events.log(job.id(), LogLines.trains(job, chosen, resumedAfterEpoch, step));
          return unusable;
        });
  }

  @Override
  public void progress(Progress now) {
    progress =
        new JobProgress(
            now.epoch(),
            now.iteration(),
            now.iterations(),
            now.crossEntropy(),
            now.accuracy(),
            now.imagesPerSecond());
    throwFailure();
    Instant time = jobs.now();
    if (time.isBefore(nextWrite)) {
      return;
    }
    nextWrite = time.plus(BETWEEN_WRITES);
    if (progressQueued.compareAndSet(false, true)) {
      write(
          0,
          () -> {
            jobs.progressed(job, progress);
            progressQueued.set(false);
            return List.of();
          });
    }
  }

  @Override
  public void epochCompleted(EpochMetrics metrics, @Nullable CheckpointFile checkpoint) {
    throwFailure();
    JobProgress now = progress;
    write(
        1,
        () -> {
          // This comes first, because it locks the job's row: a worker that lost the job adds
          // nothing.
          jobs.progressed(job, now);
          EpochRepository.Added added = epochs.add(job.id(), metrics, checkpoint);
          if (!added.repeated()) {
            jobs.advanced(job, now);
            events.epoch(job.id(), metrics);
          }
          return added.dropped();
        });
    nextWrite = jobs.now().plus(BETWEEN_WRITES);
    LOG.info(
        "Job {} epoch {} of {}: loss {}, accuracy {}, test loss {}, test accuracy {}{}",
        job.id(),
        metrics.epoch(),
        job.config().epochs(),
        metrics.trainCrossEntropy(),
        metrics.trainAccuracy(),
        metrics.testLoss(),
        metrics.testAccuracy(),
        validated(metrics.validation()));
  }

  @Override
  public void checkpointed(CheckpointFile checkpoint) {
    throwFailure();
    JobProgress now = progress.at(checkpoint.epoch(), checkpoint.step(), job.config().epochs());
    progress = now;
    write(
        0,
        () -> {
          jobs.progressed(job, now);
          if (epochs.isFurther(job.id(), checkpoint)) {
            jobs.advanced(job, now);
          }
          return epochs.keep(job.id(), checkpoint);
        });
    nextWrite = jobs.now().plus(BETWEEN_WRITES);
    LOG.info(
        "Job {} checkpoint after {} epochs and {} steps",
        job.id(),
        checkpoint.epoch(),
        checkpoint.step());
  }

  /**
   * The training is over after so many epochs. Later rows can only be there if an earlier attempt
   * took another course, from a checkpoint that has been lost since.
   */
  void ended(int epochCount) {
    write(
        0,
        () -> {
          jobs.progressed(job, progress);
          return epochs.forgetAfter(job.id(), epochCount);
        });
  }

  private static String validated(EpochMetrics.@Nullable Validation validation) {
    return validation == null
        ? ""
        : ", validation loss %s, validation accuracy %s"
            .formatted(validation.loss(), validation.accuracy());
  }

  /**
   * Queues a transaction.
   *
   * @param newEpochs of the rows
   * @param rows writes rows and returns the checkpoints without a row; their files are deleted
   *     after the commit
   */
  private void write(int newEpochs, Supplier<List<CheckpointFile>> rows) {
    unwritten.addAndGet(newEpochs);
    writer.execute(
        () -> {
          if (failure != null || closed) {
            return;
          }
          try {
            folders.discard(outage.retry(() -> transaction.execute(status -> rows.get())));
            Duration away = outage.ended();
            if (away != null) {
              store.tryToLog(job.id(), LogLines.reachable(away, unwritten.get()));
            }
            unwritten.addAndGet(-newEpochs);
          } catch (LostAttemptException e) {
            failure = e;
            handle.stop(Reason.LOST);
          } catch (Throwable e) { // thrown to the training thread at its next call
            failure = e;
          }
        });
  }

  private void throwFailure() {
    Throwable thrown = failure;
    if (thrown instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown != null) {
      throw new IllegalStateException(thrown);
    }
  }

  /**
   * Waits until all is written.
   *
   * @return false if the process has to stop before that
   * @throws LostAttemptException if another attempt owns the job
   */
  boolean finish() {
    try {
      writer.submit(() -> {}).get();
    } catch (InterruptedException | ExecutionException e) {
      LOG.debug("Job {}: its remaining rows are not written", job.id(), e);
      return false;
    }
    if (failure != null && !(failure instanceof LostAttemptException) && handle.mustStop()) {
      return false;
    }
    throwFailure();
    return true;
  }

  /** Drops everything that is not written yet. A running statement is not interrupted. */
  @Override
  public void close() {
    closed = true;
    writer.shutdown();
  }
}
