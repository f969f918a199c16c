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
 * One training job, as stored in its row. Each transition returns the job in its new state, or
 * throws.
 *
 * @param id a UUID
 * @param name shown to people; need not be unique
 * @param model the name that the trained network is registered under
 * @param datasetVersion SHA-256 of the version of an uploaded data set that every attempt uses;
 *     null for a built-in one
 * @param parameters of the network, counting running means and variances
 * @param engine the engine of the newest attempt and why it was chosen; null until training starts
 * @param attempt number of attempts so far; 0 before the first
 * @param crashes consecutive attempts whose process died before the job got further
 * @param retry retries since it last got further
 * @param heldFor why the job does not start although a slot may be free; null otherwise
 * @param requested what the owner has to do within one batch; null to go on
 * @param error why the job failed; null otherwise
 * @param modelVersion set once it has succeeded
 * @param startedAt start of the first attempt
 * @param promote whether to put the model into production
 * @param promotion the decision; set once the job has succeeded
 * @param priority the queue takes up jobs of a higher priority first
 * @param sweep the sweep that it belongs to; null for a job of its own
 * @param stopReason why something other than a user stopped or cancelled it; null otherwise
 */
public record TrainingJob(
    String id,
    String name,
    String model,
    JobStatus status,
    TrainingConfig config,
    @Nullable String datasetVersion,
    long parameters,
    @Nullable EngineDescription engine,
    JobProgress progress,
    int attempt,
    int crashes,
    Retry retry,
    @Nullable String heldFor,
    @Nullable StopRequest requested,
    @Nullable String error,
    @Nullable Integer modelVersion,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    Promote promote,
    @Nullable Promotion promotion,
    int priority,
    @Nullable String sweep,
    @Nullable String stopReason) {

  /** A new job, waiting. */
  static TrainingJob queued(
      String id, NewJob job, long parameters, long iterations, Instant createdAt) {
    return new TrainingJob(
        id,
        job.name(),
        job.model(),
        QUEUED,
        job.config(),
        job.datasetVersion(),
        parameters,
        null,
        JobProgress.none(iterations),
        0,
        0,
        Retry.NONE,
        null,
        null,
        null,
        null,
        createdAt,
        null,
        null,
        job.promote(),
        null,
        job.priority(),
        job.sweep(),
        null);
  }

  /** A copy with the fields that transitions change; the rest stays as submitted. */
  private TrainingJob with(
      JobStatus status,
      @Nullable EngineDescription engine,
      int attempt,
      int crashes,
      Retry retry,
      @Nullable StopRequest requested,
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
        datasetVersion,
        parameters,
        engine,
        progress.withoutSpeed(),
        attempt,
        crashes,
        retry,
        null,
        requested,
        error,
        registered == null ? null : registered.version(),
        createdAt,
        startedAt,
        finishedAt,
        promote,
        registered == null ? null : registered.promotion(),
        priority,
        sweep,
        stopReason);
  }

  /**
   * A worker claims the job under the next attempt number. If the job is still marked as running,
   * its process died.
   */
  TrainingJob taken(Instant now) {
    require("started", QUEUED, RUNNING);
    return with(
        RUNNING,
        null,
        attempt + 1,
        status == RUNNING ? crashes + 1 : crashes,
        retry.withoutNextAttempt(),
        requested,
        null,
        null,
        startedAt == null ? now : startedAt,
        null);
  }

  /** Its process shuts down; the next start continues from the newest checkpoint. */
  TrainingJob requeued() {
    require("queued again", RUNNING);
    return ended(QUEUED, retry, null, null, null);
  }

  /** Its process died, and the job can't start again now. */
  TrainingJob afterCrash() {
    require("queued again", RUNNING);
    return with(
        QUEUED,
        engine,
        attempt,
        crashes + 1,
        retry.withoutNextAttempt(),
        requested,
        null,
        null,
        startedAt,
        null);
  }

  /** A passing fault ended the attempt; the next one continues from the newest checkpoint. */
  TrainingJob retriedAt(Instant nextAttempt, String reason) {
    require("retried", RUNNING);
    return ended(QUEUED, retry.next(nextAttempt, reason), null, null, null);
  }

  /** A user resumes the job from the newest checkpoint. */
  TrainingJob resumed() {
    require("resumed", FAILED, CANCELLED, PAUSED);
    return with(QUEUED, engine, attempt, 0, Retry.NONE, null, null, null, startedAt, null);
  }

  TrainingJob succeeded(RegisteredModel registered, Instant now) {
    require("completed", RUNNING);
    return ended(SUCCEEDED, Retry.NONE, null, registered, now);
  }

  TrainingJob failed(String reason, Instant now) {
    require("failed", RUNNING);
    return ended(FAILED, retry.withoutNextAttempt(), reason, null, now);
  }

  TrainingJob cancelled(Instant now) {
    require("cancelled", QUEUED, RUNNING, PAUSED);
    return ended(CANCELLED, retry.withoutNextAttempt(), null, null, now);
  }

  /** A user resumes it later, from the newest checkpoint. */
  TrainingJob paused() {
    if (cancelRequested()) {
      throw new IllegalMoveException("The job %s is about to be cancelled.".formatted(id));
    }
    require("paused", QUEUED, RUNNING);
    return ended(PAUSED, retry.withoutNextAttempt(), null, null, null);
  }

  /** The state that a user asked for; null if nothing is requested. */
  @Nullable TrainingJob asRequested(Instant now) {
    if (requested == null) {
      return null;
    }
    return switch (requested) {
      case PAUSE -> paused();
      case CANCEL -> cancelled(now);
    };
  }

  private TrainingJob ended(
      JobStatus to,
      Retry retry,
      @Nullable String reason,
      @Nullable RegisteredModel registered,
      @Nullable Instant at) {
    return with(
        to,
        engine,
        attempt,
        crashes,
        retry,
        to.inQueue() && cancelRequested() ? requested : null,
        reason,
        registered,
        startedAt,
        at);
  }

  void require(String move, JobStatus... from) {
    if (!Set.of(from).contains(status)) {
      throw new IllegalMoveException(this, move);
    }
  }

  /** Only a job that may still start has a place in the queue. */
  void requireUnended() {
    if (status.ended()) {
      throw new IllegalMoveException(this, "given another priority");
    }
  }

  public boolean cancelRequested() {
    return requested == StopRequest.CANCEL;
  }

  public boolean pauseRequested() {
    return requested == StopRequest.PAUSE;
  }

  /** When the job may start: at once, unless it waits for a retry. */
  Instant due() {
    Instant next = retry.nextAttemptAt();
    return next == null ? createdAt : next;
  }

  /** Whether early stopping ended the training before its last epoch. */
  public boolean stoppedEarly() {
    return status == SUCCEEDED
        && config.earlyStopping() != null
        && progress.epoch() < config.epochs();
  }

  /** Seconds of training left at the current speed; null unless it is running and has a speed. */
  public @Nullable Long etaSeconds() {
    return status == RUNNING ? progress.etaSeconds(config.batchSize()) : null;
  }
}
