package dev.resnet.jobs;

import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetCatalog;
import dev.resnet.jobs.RunHandle.Reason;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.TrainingResult;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.RegisteredModel;
import dev.resnet.training.checkpoint.TrainedModel;
import dev.resnet.training.checkpoint.TrainedModelReceiver;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * One attempt at a job: take it up, load the data, train, hand the model over, say how it ended.
 */
final class JobRunner {
  private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);

  /** What becomes of the queue's entry. */
  enum Outcome {
    /** Nothing is left to do. */
    DONE,
    /** It is to be taken up again. */
    AGAIN,
    /** The entry belongs to another worker now. */
    LOST
  }

  private final JobStore store;
  private final TrainingJobRepository jobs;
  private final RunningJobs running;
  private final DatasetCatalog datasets;
  private final Training training;
  private final TrainedModelReceiver receiver;
  private final int maxAttempts;

  JobRunner(
      JobStore store,
      RunningJobs running,
      DatasetCatalog datasets,
      Training training,
      TrainedModelReceiver receiver,
      int maxAttempts) {
    this.store = store;
    this.jobs = store.jobs();
    this.running = running;
    this.datasets = datasets;
    this.training = training;
    this.receiver = receiver;
    this.maxAttempts = maxAttempts;
  }

  /**
   * Runs a job to its end, or until it is stopped. Nothing here waits inside a transaction.
   *
   * @throws DataAccessException where the database is out of reach: the job is as its row says, to
   *     be taken up again later
   */
  Outcome run(String id) {
    Optional<TrainingJob> found = jobs.find(id);
    if (found.isEmpty() || found.get().status().ended()) {
      return Outcome.DONE;
    }
    TrainingJob left = found.get();
    if (left.cancelRequested()) {
      return moved(left, left.cancelled(jobs.now()), Outcome.DONE);
    }
    if (left.status() == JobStatus.RUNNING && left.crashes() + 1 >= maxAttempts) {
      return moved(left, left.failed(crashed(left), jobs.now()), Outcome.DONE);
    }
    TrainingJob taken = left.taken(jobs.now());
    return moved(left, taken, Outcome.DONE) == Outcome.LOST ? Outcome.LOST : attempt(taken);
  }

  private String crashed(TrainingJob job) {
    return ("The service died, or lost its database, %d times in a row while it ran this job, without "
            + "completing an epoch. Look for the cause in its log (often too little memory), then "
            + "submit the job again.")
        .formatted(job.crashes() + 1);
  }

  private Outcome attempt(TrainingJob job) {
    RunHandle handle = running.open(job);
    try {
      return trainOrFail(job, handle);
    } catch (LostAttemptException e) {
      LOG.warn("Job {}: {}", job.id(), e.getMessage());
      return Outcome.LOST;
    } finally {
      running.close(handle);
    }
  }

  private Outcome trainOrFail(TrainingJob job, RunHandle handle) {
    try {
      return train(job, handle);
    } catch (LostAttemptException | DataAccessException | TransactionException e) {
      throw e;
    } catch (Throwable e) {
      if (handle.stopRequested()) {
        LOG.debug("Job {} ended with this after it was asked to stop", job.id(), e);
        return stopped(job, handle);
      }
      LOG.error("Job {} failed", job.id(), e);
      String reason = FailureMessage.of(e);
      return end(job, current -> current.failed(reason, jobs.now()), Outcome.DONE);
    }
  }

  private Outcome train(TrainingJob job, RunHandle handle) throws Exception {
    Dataset dataset = handle.interruptibly(() -> datasets.load(job.config().dataset()));
    if (handle.stopRequested()) {
      return stopped(job, handle);
    }
    List<CheckpointFile> kept = store.epochs().checkpoints(job.id());
    store.folders().sweep(job.id(), kept);
    var recorder = new RunRecorder(job, store);
    TrainingResult result =
        training.train(
            job.config(), dataset, store.folders().checkpoints(job.id()), kept, recorder, handle);
    // A shutdown can wait for the hand-over, which is short.
    boolean wanted = handle.reason() == null || handle.reason() == Reason.SHUTDOWN;
    if (result instanceof TrainingResult.Completed completed && wanted) {
      RegisteredModel registered =
          receiver.register(model(job, completed, recorder), job.promote());
      return end(job, current -> current.succeeded(registered, jobs.now()), Outcome.DONE);
    }
    return stopped(job, handle);
  }

  private static TrainedModel model(
      TrainingJob job, TrainingResult.Completed completed, RunRecorder recorder) {
    EpochMetrics last = completed.history().get(completed.history().size() - 1);
    var engine = Objects.requireNonNull(recorder.engine(), "a training that never started");
    return new TrainedModel(
        job.id(),
        job.model(),
        job.config().stackN(),
        job.config().dataset(),
        completed.dataSha256(),
        completed.checkpoint(),
        completed.classes(),
        completed.normalization().mean(),
        completed.normalization().standardDeviation(),
        last.testLoss(),
        last.testAccuracy(),
        engine.engine().wireName(),
        engine.precision().wireName(),
        ConfigJson.write(job.config()),
        last.finishedAt());
  }

  private Outcome stopped(TrainingJob job, RunHandle handle) {
    Reason reason = handle.reason();
    if (reason == Reason.CANCELLED) {
      return end(job, current -> current.cancelled(jobs.now()), Outcome.DONE);
    }
    if (reason == Reason.SHUTDOWN) {
      LOG.info("Job {} goes back to the queue for the next start", job.id());
      return end(
          job,
          current -> current.cancelRequested() ? current.cancelled(jobs.now()) : current.requeued(),
          Outcome.AGAIN);
    }
    if (reason == Reason.LOST) {
      LOG.warn("Job {} is another worker's now: attempt {} stops", job.id(), job.attempt());
      return Outcome.LOST;
    }
    throw new IllegalStateException("The training stopped although nobody had asked it to");
  }

  /** Reads the row again first: the engine and the progress have been written to it since. */
  private Outcome end(TrainingJob job, UnaryOperator<TrainingJob> move, Outcome outcome) {
    TrainingJob current =
        jobs.find(job.id())
            .filter(row -> row.attempt() == job.attempt() && row.status() == JobStatus.RUNNING)
            .orElseThrow(() -> new LostAttemptException(job.id(), job.attempt()));
    TrainingJob ended = move.apply(current);
    LOG.info("Job {} attempt {} is {}", job.id(), job.attempt(), ended.status());
    return moved(current, ended, outcome);
  }

  private Outcome moved(TrainingJob from, TrainingJob to, Outcome outcome) {
    return jobs.move(from, to) ? outcome : Outcome.LOST;
  }
}
