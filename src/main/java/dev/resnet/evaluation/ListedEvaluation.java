package dev.resnet.evaluation;

import dev.resnet.models.EvaluationMetrics;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A kept evaluation without what takes much memory: its classes and its confusion matrix. */
public record ListedEvaluation(
    String id,
    String dataset,
    String dataSha256,
    Split split,
    String engine,
    String precision,
    double seconds,
    Instant createdAt,
    Figures figures) {

  /** The main figures of {@link EvaluationMetrics}. */
  public record Figures(
      int images,
      double accuracy,
      double loss,
      @Nullable Double top5Accuracy,
      double macroF1,
      double expectedCalibrationError) {

    static Figures of(EvaluationMetrics metrics) {
      return new Figures(
          metrics.images(),
          metrics.accuracy(),
          metrics.loss(),
          metrics.top5Accuracy(),
          metrics.macroAverage().f1(),
          metrics.calibration().expectedCalibrationError());
    }
  }
}
