package dev.resnet.models;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an evaluation of a version on labelled images has measured. Where a class was never
 * predicted, its precision is 0; where it has no images, its recall is 0.
 *
 * @param loss mean cross entropy in nats, probabilities clipped to [1e-7, 1]
 * @param top5Accuracy null for at most 5 classes
 * @param confusionMatrix [true class][predicted class]
 */
public record EvaluationMetrics(
    @Schema(example = "10000") int images,
    @Schema(example = "0.9125") double accuracy,
    @Schema(description = "Mean cross entropy in nats.", example = "0.31") double loss,
    @Schema(
            name = "top5_accuracy",
            description =
                "How often the true class is among the five most probable ones; null for at most 5"
                    + " classes.",
            nullable = true,
            example = "0.997")
        @Nullable Double top5Accuracy,
    @Schema(description = "Means over the classes that have images or were predicted.")
        Averages macroAverage,
    @Schema(description = "By index.") List<OfClass> classes,
    @Schema(
            description =
                "Images of each true class (rows) by predicted class (columns), in the order of"
                    + " 'classes'.",
            example = "[[950, 50], [30, 970]]")
        int[][] confusionMatrix,
    Calibration calibration) {

  /** Of the classes, each counting the same. */
  @Schema(name = "MacroAverage")
  public record Averages(
      @Schema(example = "0.913") double precision,
      @Schema(example = "0.9125") double recall,
      @Schema(example = "0.9124") double f1) {}

  /**
   * @param images whose true class it is
   */
  @Schema(name = "ClassMetrics")
  public record OfClass(
      @Schema(example = "cat") String name,
      @Schema(description = "Images of this class.", example = "1000") int images,
      @Schema(description = "0 if the class was never predicted.", example = "0.84")
          double precision,
      @Schema(description = "0 if there are no images of this class.", example = "0.82")
          double recall,
      @Schema(example = "0.83") double f1) {}

  /** How far the probability of the predicted class is from the share of right predictions. */
  @Schema(name = "Calibration")
  public record Calibration(
      @Schema(
              description =
                  "Expected calibration error: the mean distance of confidence and accuracy over"
                      + " 15 bins of equal width, weighted by images.",
              example = "0.041")
          double expectedCalibrationError,
      @Schema(description = "The bins of a reliability diagram.") List<Bin> bins) {}

  /**
   * Images whose predicted class has a probability in (from, to].
   *
   * @param confidence mean probability; null without images
   * @param accuracy share of right predictions; null without images
   */
  @Schema(name = "CalibrationBin")
  public record Bin(
      @Schema(description = "Exclusive.", example = "0.8") double from,
      @Schema(description = "Inclusive.", example = "0.8667") double to,
      @Schema(example = "412") int images,
      @Schema(
              description = "Mean probability of the predicted class; null without images.",
              nullable = true,
              example = "0.84")
          @Nullable Double confidence,
      @Schema(
              description = "Share of right predictions; null without images.",
              nullable = true,
              example = "0.81")
          @Nullable Double accuracy) {}
}
