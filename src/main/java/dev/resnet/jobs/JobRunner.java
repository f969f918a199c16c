package dev.resnet.jobs;

import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.files.FullVolume;
import dev.resnet.jobs.JobsProperties.Retries;
import dev.resnet.jobs.RunHandle.Reason;
import dev.resnet.training.EarlyStopping;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.TrainingResult;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.RegisteredModel;
import dev.resnet.training.checkpoint.Selection;
import dev.resnet.training.checkpoint.TrainedModel;
import dev.resnet.training.checkpoint.TrainedModelReceiver;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Runs one attempt at a job: claims it, loads the data, trains, registers the model and writes the
 * outcome.
 */
final class JobRunner {
  private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);

  /** What happens to the queue entry. */
  enum Next {
    /** Nothing is left to do. */
    DONE,
    /** The job has to run again. */
    AGAIN,
    /** Neither this job nor those behind it can start now. */
    HELD,
    /** The entry belongs to another worker now. */
    LOST
  }

  private final JobStore store;
  private final TrainingJobRepository jobs;
  private final RunningJobs running;
  private final Intake intake;
  private final DatasetCatalog datasets;
  private final Training training;
  private final TrainedModelReceiver receiver;
  private final int maxAttempts;
  private final Retries retries;
  private final String worker;

  /**
   * @param worker this process's name, for the logs of its jobs
   */
  JobRunner(
      JobStore store,
      RunningJobs running,
      Intake intake,
      DatasetCatalog datasets,
      Training training,
      TrainedModelReceiver receiver,
      JobsProperties settings,
      String worker) {
    this.store = store;
    this.jobs = store.jobs();
    this.running = running;
    this.intake = intake;
    this.datasets = datasets;
    this.training = training;
    this.receiver = receiver;
    this.maxAttempts = settings.maxAttempts();
    this.retries = settings.retry();
    this.worker = worker;
  }

  /**
   * Runs a job until it ends or is stopped. Nothing here waits inside a transaction.
   *
   * @throws DataAccessException if the database can't be reached before the job is claimed, or
   *     while the process shuts down; the job keeps the status in its row and runs again later
   */
  Next run(String id) {
    Optional<TrainingJob> found = jobs.find(id);
    if (found.isEmpty() || !found.get().status().inQueue()) {
      return Next.DONE;
    }
    TrainingJob left = found.get();
    if (left.status() == JobStatus.RUNNING) {
      // If the process died after it registered the model, the job has succeeded.
      Optional<RegisteredModel> registered = receiver.registered(id);
      if (registered.isPresent()) {
        return movedOrAgain(
            left,
            left.succeeded(registered.get(), jobs.now()),
            LogLines.registered(left, registered.get()));
      }
    }
    TrainingJob requested = left.asRequested(jobs.now());
    if (requested != null) {
      return movedOrAgain(left, requested, LogLines.ended(left, requested));
    }
    if (left.status() == JobStatus.RUNNING && left.crashes() + 1 >= maxAttempts) {
      TrainingJob failed = left.failed(crashed(left), jobs.now());
      return movedOrAgain(left, failed, LogLines.ended(left, failed));
    }
    Optional<Intake.Hold> hold = intake.enter(left);
    if (hold.isPresent()) {
      return held(left, hold.get());
    }
    try {
      TrainingJob taken = left.taken(jobs.now());
      String line = LogLines.taken(left, taken, worker);
      return store.move(left, taken, line) ? attempt(taken) : Next.AGAIN;
    } finally {
      intake.leave(id);
    }
  }

  /** A user changed the job since it was read: then the entry is settled by the row. */
  private Next movedOrAgain(TrainingJob from, TrainingJob to, @Nullable String line) {
    return store.move(from, to, line) ? Next.DONE : Next.AGAIN;
  }

  /**
   * Puts a job back into the queue that a dead process left running: while it waits for a slot it
   * is not shown as running, and can be cancelled. Whatever ends the job is left to {@link #run}.
   */
  void requeueAfterCrash(TrainingJob left) {
    if (left.crashes() + 1 >= maxAttempts || receiver.registered(left.id()).isPresent()) {
      return;
    }
    TrainingJob requested = left.asRequested(jobs.now());
    TrainingJob to = requested == null ? left.afterCrash() : requested;
    store.move(left, to, LogLines.takenOver(left, to, worker));
  }

  private String crashed(TrainingJob job) {
    return ("The service crashed or lost its database %d times in a row while it ran this"
            + " job, without getting further in it. Find the cause in its log (often too little"
            + " memory), then resume the job.")
        .formatted(job.crashes() + 1);
  }

  private Next held(TrainingJob left, Intake.Hold hold) {
    if (left.status() == JobStatus.RUNNING) {
      TrainingJob waiting = left.afterCrash();
      if (!store.move(left, waiting, LogLines.takenOver(left, waiting, worker))) {
        return Next.AGAIN;
      }
    }
    store.hold(hold);
    return Next.HELD;
  }

  private Next attempt(TrainingJob job) {
    RunHandle handle = running.open(job);
    var outage = new Outage(job.id(), handle, retries.databaseWait());
    try (var recorder = new RunRecorder(job, store, handle, outage)) {
      UnaryOperator<TrainingJob> move = trainOrFail(job, handle, outage, recorder);
      return outage.retry(() -> end(job, move));
    } catch (LostAttemptException e) {
      LOG.warn("Job {}: {}", job.id(), e.getMessage());
      store.tryToLog(job.id(), LogLines.lost(job, worker));
      JobFault.LOST_ATTEMPT.count();
      return Next.LOST;
    } finally {
      running.close(handle);
    }
  }

  /** Runs the attempt; the result is the job's next state. */
  private UnaryOperator<TrainingJob> trainOrFail(
      TrainingJob job, RunHandle handle, Outage outage, RunRecorder recorder) {
    try {
      return train(job, handle, outage, recorder);
    } catch (LostAttemptException e) {
      throw e;
    } catch (Throwable e) {
      // First write the epochs that were completed before the failure, if this attempt still owns
      // the job.
      finish(recorder, e);
      if (handle.stopRequested()) {
        // What it has done since its last checkpoint is done again.
        LOG.warn("Job {} failed after it was asked to stop", job.id(), e);
        return stopped(job, handle);
      }
      return failed(job, e);
    }
  }

  private static void finish(RunRecorder recorder, Throwable failure) {
    try {
      recorder.finish();
    } catch (LostAttemptException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      if (e != failure) {
        failure.addSuppressed(e);
      }
    }
  }

  private UnaryOperator<TrainingJob> train(
      TrainingJob job, RunHandle handle, Outage outage, RunRecorder recorder) throws Exception {
    store.tryToLog(job.id(), LogLines.loading(job, isLoaded(job)));
    Dataset dataset =
        handle.interruptibly(() -> datasets.load(job.config().dataset(), job.datasetVersion()));
    if (handle.stopRequested()) {
      return stopped(job, handle);
    }
    List<CheckpointFile> kept = outage.retry(() -> store.epochs().resumable(job.id()));
    store.folders().sweep(job, kept);
    TrainingResult result =
        training.train(
            job.config(),
            dataset,
            store.folders().checkpoints(job),
            job.config().startFrom() == null ? null : store.folders().start(job.id()),
            kept,
            recorder,
            handle);
    if (result instanceof TrainingResult.Completed completed) {
      recorder.ended(completed.history().size());
    }
    boolean written = recorder.finish();
    // A pause came too late, unless the model in production has to be evaluated first.
    boolean wanted = handle.reason() != Reason.CANCELLED && handle.reason() != Reason.LOST;
    if (result instanceof TrainingResult.Completed completed && wanted && written) {
      outage.retry(() -> logEnd(job, completed));
      // If another worker claims the job after this check, it finds all epochs in the rows and
      // registers the same file.
      outage.retry(() -> owned(job));
      TrainedModel model = model(job, dataset, completed, recorder);
      RegisteredModel registered;
      try {
        registered =
            outage.retry(() -> receiver.register(model, job.promote(), handle::stopRequested));
      } catch (CancellationException e) {
        // The next attempt begins with the last checkpoint, so it only registers the model.
        return stopped(job, handle);
      }
      outage.retry(() -> log(job, LogLines.registered(job, registered)));
      return current -> current.succeeded(registered, jobs.now());
    }
    return stopped(job, handle);
  }

  private boolean isLoaded(TrainingJob job) {
    return datasets
        .info(job.config().dataset(), job.datasetVersion())
        .filter(info -> info.status() == DatasetInfo.Status.READY)
        .isPresent();
  }

  private boolean logEnd(TrainingJob job, TrainingResult.Completed completed) {
    EarlyStopping rule = job.config().earlyStopping();
    int epochs = completed.history().size();
    String early =
        rule != null && epochs < job.config().epochs()
            ? "Training stopped early, after epoch %d of %d: %s "
                .formatted(epochs, job.config().epochs(), rule.reason())
            : "";
    return log(
        job,
        "%sThe model is that of epoch %d, chosen by: %s."
            .formatted(early, completed.checkpoint().epoch(), job.config().keep().by().wireName()));
  }

  private boolean log(TrainingJob job, String line) {
    LOG.info("Job {}: {}", job.id(), line);
    store.log(job.id(), line);
    return true;
  }

  private static TrainedModel model(
      TrainingJob job, Dataset dataset, TrainingResult.Completed completed, RunRecorder recorder) {
    EpochMetrics kept = completed.kept();
    EpochMetrics.Validation validation = kept.validation();
    var engine =
        Objects.requireNonNull(recorder.engine(), "the engine of a training run that has ended");
    return new TrainedModel(
        job.id(),
        job.model(),
        job.config().stackN(),
        job.config().dataset(),
        completed.dataSha256(),
        completed.checkpoint(),
        completed.classes(),
        dataset.shape(),
        dataset.resize(),
        completed.normalization().mean(),
        completed.normalization().standardDeviation(),
        kept.testLoss(),
        kept.testAccuracy(),
        engine.engine().wireName(),
        engine.precision().wireName(),
        ConfigJson.write(job.config()),
        completed.latest().finishedAt(),
        dataset.test().count(),
        new Selection(
            job.config().keep().by(),
            validation == null ? null : validation.loss(),
            validation == null ? null : validation.accuracy()));
  }

  private UnaryOperator<TrainingJob> stopped(TrainingJob job, RunHandle handle) {
    Reason reason = handle.reason();
    if (reason == null) {
      throw new IllegalStateException("Training stopped although nothing asked it to");
    }
    if (reason == Reason.LOST) {
      throw new LostAttemptException(job.id(), job.attempt());
    }
    // A request is in the row before the attempt hears of it; without one the process shuts down.
    return current -> {
      TrainingJob requested = current.asRequested(jobs.now());
      return requested == null ? current.requeued() : requested;
    };
  }

  private UnaryOperator<TrainingJob> failed(TrainingJob job, Throwable failure) {
    Fault fault = Fault.of(failure);
    String reason = FailureMessage.of(failure);
    if (fault == Fault.LASTING) {
      LOG.error("Job {} failed", job.id(), failure);
      return current -> current.failed(reason, jobs.now());
    }
    LOG.warn(
        "Job {} attempt {} ended with a fault that may pass", job.id(), job.attempt(), failure);
    return current -> {
      int before = current.retry().count();
      TrainingJob requested = current.asRequested(jobs.now());
      if (requested != null) {
        return requested;
      }
      if (fault == Fault.PASSING && before >= retries.attempts()) {
        return current.failed(
            "%s The failure persisted through %d retries. Fix the cause, then resume the job."
                .formatted(reason, before),
            jobs.now());
      }
      Instant next = jobs.now().plus(retries.waitAfter(before));
      LOG.warn("Job {} will be retried at {} (retry {})", job.id(), next, before + 1);
      (FullVolume.isCauseOf(failure) ? JobFault.FULL_VOLUME : JobFault.RETRY).count();
      return current.retriedAt(next, reason);
    };
  }

  /**
   * Reads the row again first, because the engine and the progress have been written to it since.
   * If a user requests something in between, the request is read and counts.
   */
  private Next end(TrainingJob job, UnaryOperator<TrainingJob> move) {
    TrainingJob current;
    TrainingJob ended;
    do {
      current = owned(job);
      ended = move.apply(current);
    } while (!store.move(current, ended, LogLines.ended(current, ended)));
    LOG.info("Job {} attempt {} is {}", job.id(), job.attempt(), ended.status());
    return ended.status() == JobStatus.QUEUED ? Next.AGAIN : Next.DONE;
  }

  private TrainingJob owned(TrainingJob job) {
    return jobs.find(job.id())
        .filter(row -> row.attempt() == job.attempt() && row.status() == JobStatus.RUNNING)
        .orElseThrow(() -> new LostAttemptException(job.id(), job.attempt()));
  }
}
