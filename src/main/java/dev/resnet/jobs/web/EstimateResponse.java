package dev.resnet.jobs.web;

import dev.resnet.engine.EngineDescription;
import dev.resnet.jobs.Estimate;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An estimate in the API. */
@Schema(name = "TrainingEstimate")
record EstimateResponse(
    @Schema(
            description = "Number of parameters, counting running means and variances.",
            example = "274442")
        long parameters,
    @Schema(
            description = "Estimated bytes; null if unknown.",
            nullable = true,
            example = "310000000")
        @Nullable Long memory,
    @Schema(
            description = "Bytes for all running jobs of a process together; null: no limit here.",
            nullable = true,
            example = "6000000000")
        @Nullable Long memoryLimit,
    @Schema(description = "Whether a submission would be accepted for its memory.") boolean fits,
    @Schema(description = "Why it does not fit; null if it fits.", nullable = true)
        @Nullable String refusal,
    @Schema(
            description = "The engine that would be chosen here; null if another process decides.",
            nullable = true,
            example = "onednn")
        @Nullable String engine,
    @Schema(nullable = true, example = "bfloat16") @Nullable String precision,
    @Schema(description = "The CPU or GPU.", nullable = true) @Nullable String device,
    @Schema(description = "Why this engine.", nullable = true) @Nullable String engineReason,
    @Schema(
            description =
                "Training and evaluation; null if no epoch with the same stack_n, batch size, image"
                    + " size, engine, precision and device was measured yet.",
            nullable = true,
            example = "24.5")
        @Nullable Double secondsPerEpoch,
    @Schema(
            description = "The same for all epochs, without early stopping.",
            nullable = true,
            example = "4900")
        @Nullable Double seconds,
    @Schema(nullable = true) @Nullable Source source) {

  @Schema(
      name = "EstimateSource",
      description =
          "The job whose newest epochs the seconds come from: their median, scaled to the number of"
              + " images.")
  record Source(String job, @Schema(example = "5") int epochs, Instant measuredAt) {}

  static EstimateResponse of(Estimate estimate, int epochs) {
    EngineDescription engine = estimate.engine();
    Double seconds = estimate.secondsPerEpoch();
    Estimate.Source source = estimate.source();
    return new EstimateResponse(
        estimate.parameters(),
        estimate.memory() == 0 ? null : estimate.memory(),
        estimate.memoryLimit(),
        estimate.refusal() == null,
        estimate.refusal(),
        engine == null ? null : engine.engine().wireName(),
        engine == null ? null : engine.precision().wireName(),
        engine == null ? null : engine.device(),
        engine == null ? null : engine.reason(),
        seconds,
        seconds == null ? null : seconds * epochs,
        source == null ? null : new Source(source.job(), source.epochs(), source.measuredAt()));
  }
}
