package dev.resnet.serving.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.resnet.models.ModelVersion;
import dev.resnet.serving.Classification;
import dev.resnet.serving.HeatMap;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A model's predictions for images, in the order of the request. */
@Schema(name = "Classification")
record ClassifyResponse(
    @Schema(description = "The model that was used", example = "resnet-20") String model,
    @Schema(description = "The version that was used", example = "3") int version,
    @Schema(
            description =
                "The precision that was computed in: resnet.serving.precision, or what auto became"
                    + " on this machine",
            example = "bfloat16",
            allowableValues = {"float32", "bfloat16"})
        String precision,
    @Schema(description = "One for each image, in the order of the request")
        List<Prediction> predictions) {

  /** The most probable classes of one image. */
  record Prediction(
      @Schema(example = "cat") String label,
      @Schema(description = "The index of the class, from 0", example = "3") int index,
      @Schema(description = "Probability of the class, from 0 to 1", example = "0.93")
          float probability,
      @Schema(description = "The most probable classes in descending order") List<Score> top,
      @Schema(description = "Only with heatmap=true") @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable Heat heatmap) {}

  /** How much each part of an image adds to the logit of its label. */
  @Schema(name = "HeatMap")
  record Heat(
      @Schema(description = "The prediction's label", example = "cat") String label,
      @Schema(description = "Rows, and as many columns", example = "8") int size,
      @JsonProperty("pixels_per_cell")
          @Schema(
              description =
                  "A cell stands for a square of this many pixels of the network's input: the one"
                      + " in row r and column c begins at the pixel (c, r) times this",
              example = "4")
          int pixelsPerCell,
      @Schema(description = "The smallest value", example = "-3.1") float minimum,
      @Schema(description = "The largest value", example = "21.5") float maximum,
      @Schema(
              description =
                  "Row by row from the top left. Positive values speak for the label, negative ones"
                      + " against it. The mean plus the bias of the class is its logit.")
          float[][] values) {

    static Heat of(HeatMap map, ModelVersion version) {
      float minimum = Float.POSITIVE_INFINITY;
      float maximum = Float.NEGATIVE_INFINITY;
      for (float[] row : map.values()) {
        for (float value : row) {
          minimum = Math.min(minimum, value);
          maximum = Math.max(maximum, value);
        }
      }
      int size = map.values().length;
      return new Heat(
          version.classes().get(map.index()),
          size,
          version.shape().size() / size,
          minimum,
          maximum,
          map.values());
    }
  }

  /** A class and its probability. */
  record Score(
      @Schema(example = "cat") String label,
      @Schema(example = "3") int index,
      @Schema(example = "0.93") float probability) {}

  static ClassifyResponse of(Classification answer, int topK) {
    List<String> classes = answer.version().classes();
    return new ClassifyResponse(
        answer.version().name(),
        answer.version().version(),
        answer.precision().wireName(),
        IntStream.range(0, answer.probabilities().length)
            .mapToObj(i -> prediction(answer.probabilities()[i], classes, topK, heat(answer, i)))
            .toList());
  }

  private static @Nullable Heat heat(Classification answer, int image) {
    List<HeatMap> maps = answer.heatMaps();
    return maps == null ? null : Heat.of(maps.get(image), answer.version());
  }

  private static Prediction prediction(
      float[] probabilities, List<String> classes, int topK, @Nullable Heat heatmap) {
    List<Score> top =
        IntStream.range(0, probabilities.length)
            .mapToObj(i -> new Score(classes.get(i), i, probabilities[i]))
            // The sort is stable: of equal probabilities the lower index comes first.
            .sorted(Comparator.comparing(Score::probability).reversed())
            .limit(topK)
            .toList();
    Score best = top.get(0);
    return new Prediction(best.label(), best.index(), best.probability(), top, heatmap);
  }
}
