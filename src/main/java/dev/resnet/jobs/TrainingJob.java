package dev.resnet.jobs;

import dev.resnet.engine.EngineDescription;
import dev.resnet.training.TrainingConfig;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One training job, as its row says.
 *
 * @param id a UUID
 * @param name for people; need not be unique
 * @param model the name that the trained network is registered under
 * @param parameters of the network, counting running means and variances
 * @param engine what was chosen at the start of the newest attempt, and why; null before the first
 * @param attempt how often a worker has taken the job up; 0 before the first time
 * @param crashes attempts in a row whose process died before it completed an epoch
 * @param cancelRequested the owner is to stop within one batch
 * @param error why the job failed; null otherwise
 * @param modelVersion set once it has succeeded
 * @param startedAt of the first attempt
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
    @Nullable Instant finishedAt) {

  /** Seconds of training left at the present speed; null unless it is running and has a speed. */
  public @Nullable Long etaSeconds() {
    return status == JobStatus.RUNNING ? progress.etaSeconds(config.batchSize()) : null;
  }
}
