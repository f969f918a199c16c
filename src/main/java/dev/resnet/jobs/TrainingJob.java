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
 * @param retry what passing faults have done to it since its last completed epoch
 * @param heldFor why it is not taken up although a slot may be free; null otherwise
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
    Retry retry,
    @Nullable String heldFor,
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
        Retry.NONE,
        null,
        false,
        null,
        null,
        createdAt,
        null,
        null,
        job.promote(),
        null);
  }

  /** What moves change; all else stays as it was submitted. */
  private TrainingJob with(
      JobStatus status,
      @Nullable EngineDescription engine,
      int attempt,
      int crashes,
      Retry retry,
      boolean cancelRequested,
      @Nullable String error,
      @Nullable RegisteredModel registered,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt) {
    return new TrainingJob(
        id,
        name,
        model,
        status,
        config,
        parameters,
        engine,
        progress.withoutSpeed(),
        attempt,
        crashes,
        retry,
        null,
        cancelRequested,
        error,
        registered == null ? null : registered.version(),
        createdAt,
        startedAt,
        finishedAt,
        promote,
        registered == null ? null : registered.promotion());
  }

  /**
   * A worker takes it up under the next attempt number. A job that is still running was left behind
   * by a process that died.
   */
  TrainingJob taken(Instant now) {
    require("started", QUEUED, RUNNING);
    return with(
        RUNNING,
        null,
        attempt + 1,
        status == RUNNING ? crashes + 1 : crashes,
        retry.underWay(),
        cancelRequested,
        null,
        null,
        startedAt == null ? now : startedAt,
        null);
  }

  /** Its process shuts down; the next start goes on from the newest checkpoint. */
  TrainingJob requeued() {
    require("queued again", RUNNING);
    return ended(QUEUED, retry, null, null, null);
  }

  /** Its process died, and nobody can take it up now. */
  TrainingJob foundDead() {
    require("queued again", RUNNING);
    return with(
        QUEUED,
        engine,
        attempt,
        crashes + 1,
        retry.underWay(),
        cancelRequested,
        null,
        null,
        startedAt,
        null);
  }

  /** A passing fault ended the attempt; the next one goes on from the newest checkpoint. */
  TrainingJob retriedAt(Instant nextAttempt, String reason) {
    require("retried", RUNNING);
    return ended(QUEUED, retry.next(nextAttempt, reason), null, null, null);
  }

  /** A person takes up what has ended, from the newest checkpoint. */
  TrainingJob resumed() {
    require("resumed", FAILED, CANCELLED, PAUSED);
    return with(QUEUED, engine, attempt, 0, Retry.NONE, false, null, null, startedAt, null);
  }

  TrainingJob succeeded(RegisteredModel registered, Instant now) {
    require("completed", RUNNING);
    return ended(SUCCEEDED, Retry.NONE, null, registered, now);
  }

  TrainingJob failed(String reason, Instant now) {
    require("failed", RUNNING);
    return ended(FAILED, retry.underWay(), reason, null, now);
  }

  TrainingJob cancelled(Instant now) {
    require("cancelled", QUEUED, RUNNING, PAUSED);
    return ended(CANCELLED, retry.underWay(), null, null, now);
  }

  private TrainingJob ended(
      JobStatus to,
      Retry retry,
      @Nullable String reason,
      @Nullable RegisteredModel registered,
      @Nullable Instant at) {
    return with(
        to, engine, attempt, crashes, retry, cancelRequested, reason, registered, startedAt, at);
  }

  void require(String move, JobStatus... from) {
    if (!Set.of(from).contains(status)) {
      throw new IllegalMoveException(this, move);
    }
  }

  /** When it is to be taken up: at once, unless a passing fault has put it off. */
  Instant due() {
    Instant next = retry.nextAttemptAt();
    return next == null ? createdAt : next;
  }

  /** Seconds of training left at the present speed; null unless it is running and has a speed. */
  public @Nullable Long etaSeconds() {
    return status == RUNNING ? progress.etaSeconds(config.batchSize()) : null;
  }
}
