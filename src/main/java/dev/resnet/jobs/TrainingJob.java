package dev.resnet.jobs;

import static dev.resnet.jobs.JobStatus.CANCELLED;
import static dev.resnet.jobs.JobStatus.FAILED;
import static dev.resnet.jobs.JobStatus.PAUSED;
import static dev.resnet.jobs.JobStatus.QUEUED;
import static dev.resnet.jobs.JobStatus.RUNNING;
import static dev.resnet.jobs.JobStatus.SUCCEEDED;

import dev.resnet.engine.EngineDescription;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import dev.resnet.training.checkpoint.RegisteredModel;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One training job, as its row says. Each move gives the job as it is afterwards, or refuses.
 *
 * @param id a UUID
 * @param name for people; need not be unique
 * @param model the name that the trained network is registered under
 * @param parameters of the network, counting running means and variances
 * @param engine what was chosen in the newest attempt, and why; null until it trains
 * @param attempt how often a worker has taken the job up; 0 before the first time
 * @param crashes attempts in a row whose process died before it completed an epoch
 * @param cancelRequested the owner is to stop within one batch
 * @param error why the job failed; null otherwise
 * @param modelVersion set once it has succeeded
 * @param startedAt of the first attempt
 * @param promote whether the model is to answer for its name
 * @param promotion what was decided; set once it has succeeded
 */
public record TrainingJob(
    String id,
    String name,
    String model,
    JobStatus status,
    TrainingConfig config,
    long parameters,
    @Nullable EngineDescription engine,
    JobProgress progress,
    int attempt,
    int crashes,
    boolean cancelRequested,
    @Nullable String error,
    @Nullable Integer modelVersion,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    Promote promote,
    @Nullable Promotion promotion) {

  /** A new job, waiting. */
  static TrainingJob queued(
      String id, NewJob job, long parameters, long iterations, Instant createdAt) {
    return new TrainingJob(
        id,
        job.name(),
        job.model(),
        QUEUED,
        job.config(),
        parameters,
        null,
        JobProgress.none(iterations),
        0,
        0,
        false,
        null,
        null,
        createdAt,
        null,
        null,
        job.promote(),
        null);
  }

  /**
   * A worker takes it up under the next attempt number. A job that is still running was left behind
   * by a process that died.
   */
  TrainingJob taken(Instant now) {
    require("started", QUEUED, RUNNING);
    return new TrainingJob(
        id,
        name,
        model,
        RUNNING,
        config,
        parameters,
        null,
        progress.withoutSpeed(),
        attempt + 1,
        status == RUNNING ? crashes + 1 : crashes,
        cancelRequested,
        null,
        null,
        createdAt,
        startedAt == null ? now : startedAt,
        null,
        promote,
        null);
  }

  /** Its process shuts down; the next start goes on from the newest checkpoint. */
  TrainingJob requeued() {
    require("queued again", RUNNING);
    return ended(QUEUED, null, null, null);
  }

  TrainingJob succeeded(RegisteredModel registered, Instant now) {
    require("completed", RUNNING);
    return ended(SUCCEEDED, null, registered, now);
  }

  TrainingJob failed(String reason, Instant now) {
    require("failed", RUNNING);
    return ended(FAILED, reason, null, now);
  }

  TrainingJob cancelled(Instant now) {
    require("cancelled", QUEUED, RUNNING, PAUSED);
    return ended(CANCELLED, null, null, now);
  }

  private TrainingJob ended(
      JobStatus to,
      @Nullable String reason,
      @Nullable RegisteredModel registered,
      @Nullable Instant at) {
    return new TrainingJob(
        id,
        name,
        model,
        to,
        config,
        parameters,
        engine,
        progress.withoutSpeed(),
        attempt,
        crashes,
        cancelRequested,
        reason,
        registered == null ? null : registered.version(),
        createdAt,
        startedAt,
        at,
        promote,
        registered == null ? null : registered.promotion());
  }

  void require(String move, JobStatus... from) {
    if (!Set.of(from).contains(status)) {
      throw new IllegalMoveException(this, move);
    }
  }

  /** Seconds of training left at the present speed; null unless it is running and has a speed. */
  public @Nullable Long etaSeconds() {
    return status == RUNNING ? progress.etaSeconds(config.batchSize()) : null;
  }
}
