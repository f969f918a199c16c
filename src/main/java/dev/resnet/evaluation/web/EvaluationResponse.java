package dev.resnet.evaluation.web;

import dev.resnet.evaluation.Evaluation;
import dev.resnet.models.EvaluationMetrics;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An evaluation with all its metrics. */
@Schema(name = "Evaluation")
record EvaluationResponse(
    @Schema(example = "0b7e3c5e-6f0a-4f6e-9f0e-3f5f2f1f7c11") String id,
    @Schema(example = "resnet-20") String model,
    @Schema(example = "3") int version,
    @Schema(example = "cifar10") String dataset,
    @Schema(description = "SHA-256 of the data set's images.") String dataSha256,
    @Schema(
            example = "test",
            allowableValues = {"train", "test"})
        String split,
    @Schema(description = "That computed it.", example = "onednn") String engine,
    @Schema(example = "float32") String precision,
    @Schema(description = "How long it took.", example = "3.4") double seconds,
    Instant createdAt,
    @Schema(description = "Whether it was computed by an earlier request.") boolean cached,
    EvaluationMetrics metrics) {

  static EvaluationResponse of(Evaluation e, boolean cached) {
    return new EvaluationResponse(
        e.id(),
        e.model(),
        e.version(),
        e.dataset(),
        e.dataSha256(),
        e.split().wireName(),
        e.engine(),
        e.precision(),
        e.seconds(),
        e.createdAt(),
        cached,
        e.metrics());
  }

  /** The main figures, for a list. */
  @Schema(name = "EvaluationSummary")
  record Summary(
      @Schema(example = "0b7e3c5e-6f0a-4f6e-9f0e-3f5f2f1f7c11") String id,
      @Schema(example = "cifar10") String dataset,
      @Schema(description = "SHA-256 of the data set's images.") String dataSha256,
      @Schema(
              example = "test",
              allowableValues = {"train", "test"})
          String split,
      @Schema(example = "10000") int images,
      @Schema(example = "0.9125") double accuracy,
      @Schema(description = "Mean cross entropy in nats.", example = "0.31") double loss,
      @Schema(
              name = "top5_accuracy",
              description = "Null for at most 5 classes.",
              nullable = true,
              example = "0.997")
          @Nullable Double top5Accuracy,
      @Schema(description = "Mean over the classes.", example = "0.9124") double macroF1,
      @Schema(example = "0.041") double expectedCalibrationError,
      @Schema(example = "onednn") String engine,
      @Schema(example = "float32") String precision,
      @Schema(example = "3.4") double seconds,
      Instant createdAt) {

    static Summary of(Evaluation e) {
      EvaluationMetrics metrics = e.metrics();
      return new Summary(
          e.id(),
          e.dataset(),
          e.dataSha256(),
          e.split().wireName(),
          metrics.images(),
          metrics.accuracy(),
          metrics.loss(),
          metrics.top5Accuracy(),
          metrics.macroAverage().f1(),
          metrics.calibration().expectedCalibrationError(),
          e.engine(),
          e.precision(),
          e.seconds(),
          e.createdAt());
    }
  }
}
