package dev.resnet.evaluation.web;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.resnet.evaluation.Evaluation;
import dev.resnet.evaluation.ListedEvaluation;
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
    @JsonUnwrapped EvaluatedImages evaluated,
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
        EvaluatedImages.of(e),
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
      @JsonUnwrapped EvaluatedImages evaluated,
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

    static Summary of(ListedEvaluation e) {
      ListedEvaluation.Figures figures = e.figures();
      return new Summary(
          e.id(),
          EvaluatedImages.of(e),
          figures.images(),
          figures.accuracy(),
          figures.loss(),
          figures.top5Accuracy(),
          figures.macroF1(),
          figures.expectedCalibrationError(),
          e.engine(),
          e.precision(),
          e.seconds(),
          e.createdAt());
    }
  }
}
