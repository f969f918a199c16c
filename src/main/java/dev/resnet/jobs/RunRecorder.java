package dev.resnet.jobs;

import dev.resnet.engine.EngineDescription;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.Progress;
import dev.resnet.training.TrainingListener;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.support.TransactionOperations;

/** Writes the course of one attempt into the rows, as long as it owns the job. */
final class RunRecorder implements TrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(RunRecorder.class);
  private static final Duration BETWEEN_WRITES = Duration.ofSeconds(1);

  private final TrainingJob job;
  private final TrainingJobRepository jobs;
  private final EpochRepository epochs;
  private final TransactionOperations transaction;
  private Instant nextWrite = Instant.MIN;
  private JobProgress progress;
  private @Nullable EngineDescription engine;

  RunRecorder(TrainingJob job, JobStore store) {
    this.job = job;
    this.jobs = store.jobs();
    this.epochs = store.epochs();
    this.transaction = store.transaction();
    this.progress = job.progress();
  }

  /** Null until the training has begun. */
  @Nullable EngineDescription engine() {
    return engine;
  }

  @Override
  public void started(EngineDescription chosen, int resumedAfterEpoch) {
    engine = chosen;
    progress = progress.rewound(resumedAfterEpoch, job.config().epochs());
    LOG.info(
        "Job {} attempt {} trains on {} {} ({}), after epoch {}",
        job.id(),
        job.attempt(),
        chosen.engine().wireName(),
        chosen.precision().wireName(),
        chosen.reason(),
        resumedAfterEpoch);
    transaction.executeWithoutResult(
        status -> {
          jobs.started(job, chosen, progress);
          epochs.forgetAfter(job.id(), resumedAfterEpoch);
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
    Instant time = jobs.now();
    if (time.isBefore(nextWrite)) {
      return;
    }
    nextWrite = time.plus(BETWEEN_WRITES);
    try {
      jobs.progressed(job, progress);
    } catch (DataAccessException e) {
      // Days of training do not hang on one of these: the next second writes again.
      LOG.warn("The progress of job {} could not be written: {}", job.id(), e.toString());
    }
  }

  @Override
  public void epochCompleted(EpochMetrics metrics, CheckpointFile checkpoint) {
    transaction.executeWithoutResult(
        status -> {
          // First, since it locks the job's row: a worker that lost the job adds nothing.
          jobs.epochCompleted(job, progress);
          epochs.add(job.id(), metrics, checkpoint);
        });
    nextWrite = jobs.now().plus(BETWEEN_WRITES);
    LOG.info(
        "Job {} epoch {} of {}: loss {}, accuracy {}, test loss {}, test accuracy {}",
        job.id(),
        metrics.epoch(),
        job.config().epochs(),
        metrics.trainCrossEntropy(),
        metrics.trainAccuracy(),
        metrics.testLoss(),
        metrics.testAccuracy());
  }
}
