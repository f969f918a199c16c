package dev.resnet.jobs.web;

import dev.resnet.engine.EngineDescription;
import dev.resnet.jobs.ConfigJson;
import dev.resnet.jobs.JobProgress;
import dev.resnet.jobs.JobSnapshot;
import dev.resnet.jobs.JobStatus;
import dev.resnet.jobs.TrainingJob;
import dev.resnet.network.ResNetSpec;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.checkpoint.Promotion;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A training job in the API. */
@Schema(name = "TrainingJob")
record TrainingJobResponse(
    String id,
    @Schema(example = "resnet-20") String name,
    JobStatus status,
    @Schema(
            description = "What a queued or running job waits for; null while it trains.",
            nullable = true)
        @Nullable String waitingFor,
    @Schema(example = "3") int stackN,
    @Schema(description = "6n+2", example = "20") int depth,
    @Schema(
            description = "Number of parameters, counting running means and variances.",
            example = "274442")
        long parameters,
    @Schema(description = "All resolved hyperparameters, in the form of a submission.")
        Map<String, @Nullable Object> config,
    @Schema(
            description =
                "SHA-256 of the data set's version that every attempt uses, also after a newer one"
                    + " was uploaded; null for a built-in data set.",
            nullable = true)
        @Nullable String datasetVersion,
    @Schema(
            description = "The chosen engine; null until training starts.",
            nullable = true,
            example = "onednn")
        @Nullable String engine,
    @Schema(nullable = true, example = "bfloat16") @Nullable String precision,
    @Schema(description = "Why this engine was chosen.", nullable = true)
        @Nullable String engineReason,
    @Schema(description = "The CPU or GPU.", nullable = true) @Nullable String device,
    ProgressResponse progress,
    @Schema(description = "The last completed epoch.", nullable = true)
        @Nullable EpochResponse latest,
    @Schema(nullable = true) @Nullable Best best,
    @Schema(
            description = "Number of attempts so far: more than one after a restart or a retry.",
            example = "1")
        int attempt,
    @Schema(description = "Whether the job has to stop within one batch.") boolean cancelRequested,
    @Schema(description = "Whether the job has to pause within one batch.") boolean pauseRequested,
    @Schema(description = "Jobs of a higher priority start first.", example = "0") int priority,
    @Schema(description = "The id of the sweep that the job belongs to.", nullable = true)
        @Nullable String sweep,
    @Schema(description = "Why the job failed.", nullable = true) @Nullable String error,
    @Schema(
            description =
                "Consecutive retries after temporary failures, without a new epoch or checkpoint.",
            example = "0")
        int retries,
    @Schema(
            description =
                "What ended the last attempt, if the failure may be temporary; null once an epoch"
                    + " has been completed since.",
            nullable = true)
        @Nullable String lastError,
    @Schema(description = "When the next attempt at a queued job is due.", nullable = true)
        @Nullable Instant nextAttemptAt,
    @Schema(example = "resnet-20") String model,
    @Schema(description = "Set once the job has succeeded.", nullable = true)
        @Nullable Integer modelVersion,
    Instant createdAt,
    @Schema(nullable = true) @Nullable Instant startedAt,
    @Schema(nullable = true) @Nullable Instant finishedAt,
    @Schema(
            description = "Whether to put the model into production.",
            allowableValues = {"always", "if_better", "never"},
            example = "if_better")
        String promote,
    @Schema(description = "The decision; set once the job has succeeded.", nullable = true)
        @Nullable PromotionResponse promotion,
    @Schema(nullable = true) @Nullable Kept kept,
    @Schema(
            description =
                "Whether early_stopping ended the training. The job has then succeeded with fewer"
                    + " epochs, and its progress counts only those.")
        boolean stoppedEarly,
    @Schema(
            description =
                "Why early_stopping ended the training, or why the rule of its sweep cancelled it;"
                    + " null if neither did.",
            nullable = true,
            example =
                "The validation loss did not improve by at least 0.001 in 10 epochs in a row.")
        @Nullable String stopReason) {

  @Schema(name = "Promotion")
  record PromotionResponse(
      boolean promoted,
      @Schema(
              example =
                  "Version 2 was promoted: its test accuracy 0.9162 is above 0.9155 of version 1.")
          String reason) {

    static @Nullable PromotionResponse of(@Nullable Promotion promotion) {
      return promotion == null
          ? null
          : new PromotionResponse(promotion.promoted(), promotion.reason());
    }
  }

  @Schema(name = "Progress")
  record ProgressResponse(
      @Schema(
              description = "The current epoch, counted from 1; 0 before the first.",
              example = "12")
          int epoch,
      @Schema(example = "200") int epochs,
      @Schema(description = "Completed steps.", example = "4711") long iteration,
      @Schema(example = "78000") long iterations,
      @Schema(example = "0.0604") double fraction,
      @Schema(
              description = "Mean cross entropy over this epoch's steps so far.",
              nullable = true,
              example = "0.61")
          @Nullable Double trainLoss,
      @Schema(description = "Over the same steps.", nullable = true, example = "0.79")
          @Nullable Double trainAccuracy,
      @Schema(nullable = true, example = "1900.0") @Nullable Double imagesPerSecond,
      @Schema(nullable = true, example = "4920") @Nullable Long etaSeconds) {

    static ProgressResponse of(TrainingJob job) {
      JobProgress progress = job.progress();
      boolean early = job.stoppedEarly();
      return new ProgressResponse(
          progress.epoch(),
          early ? progress.epoch() : job.config().epochs(),
          progress.iteration(),
          early ? progress.iteration() : progress.iterations(),
          early ? 1 : progress.fraction(),
          progress.trainLoss(),
          progress.trainAccuracy(),
          progress.imagesPerSecond(),
          job.etaSeconds());
    }
  }

  @Schema(
      name = "BestEpoch",
      description =
          "The epoch with the highest validation accuracy; if two are equal, the one with the lower"
              + " validation loss, then the earlier one. Without validation images: the epoch with"
              + " the highest test accuracy. That one is only shown and its checkpoint kept: the"
              + " model is never chosen by test images.")
  record Best(
      @Schema(example = "11") int epoch,
      @Schema(example = "0.8412") double testAccuracy,
      @Schema(nullable = true, example = "0.8366") @Nullable Double validationAccuracy) {

    static @Nullable Best of(@Nullable EpochMetrics epoch) {
      return epoch == null ? null : new Best(epoch.epoch(), epoch.testAccuracy(), validated(epoch));
    }
  }

  @Schema(
      name = "KeptEpoch",
      description = "The epoch that became the model; set once the job has succeeded.")
  record Kept(
      @Schema(example = "11") int epoch,
      @Schema(
              description = "validation: keep is best. last epoch: keep is last.",
              allowableValues = {"validation", "last epoch"},
              example = "validation")
          String chosenBy,
      @Schema(example = "0.8412") double testAccuracy,
      @Schema(nullable = true, example = "0.8366") @Nullable Double validationAccuracy) {

    static @Nullable Kept of(JobSnapshot snapshot) {
      EpochMetrics epoch = snapshot.kept();
      return epoch == null
          ? null
          : new Kept(
              epoch.epoch(),
              snapshot.job().config().keep().by().wireName(),
              epoch.testAccuracy(),
              validated(epoch));
    }
  }

  private static @Nullable Double validated(EpochMetrics epoch) {
    return epoch.validation() == null ? null : epoch.validation().accuracy();
  }

  private static @Nullable String stopReason(TrainingJob job) {
    return job.stoppedEarly() ? job.config().earlyStopping().reason() : job.stopReason();
  }

  static TrainingJobResponse of(JobSnapshot snapshot, @Nullable String waitingFor) {
    TrainingJob job = snapshot.job();
    EngineDescription engine = job.engine();
    EpochMetrics latest = snapshot.latest();
    return new TrainingJobResponse(
        job.id(),
        job.name(),
        job.status(),
        waitingFor,
        job.config().stackN(),
        ResNetSpec.depth(job.config().stackN()),
        job.parameters(),
        ConfigJson.fields(job.config()),
        job.datasetVersion(),
        engine == null ? null : engine.engine().wireName(),
        engine == null ? null : engine.precision().wireName(),
        engine == null ? null : engine.reason(),
        engine == null ? null : engine.device(),
        ProgressResponse.of(job),
        latest == null ? null : EpochResponse.of(latest),
        Best.of(snapshot.best()),
        job.attempt(),
        job.cancelRequested(),
        job.pauseRequested(),
        job.priority(),
        job.sweep(),
        job.error(),
        job.retry().count(),
        job.retry().lastError(),
        job.retry().nextAttemptAt(),
        job.model(),
        job.modelVersion(),
        job.createdAt(),
        job.startedAt(),
        job.finishedAt(),
        job.promote().wireName(),
        PromotionResponse.of(job.promotion()),
        Kept.of(snapshot),
        job.stoppedEarly(),
        stopReason(job));
  }
}
