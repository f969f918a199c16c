package dev.resnet.serving.web;

import dev.resnet.serving.Classification;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
      @Schema(description = "The most probable classes in descending order") List<Score> top) {}

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
        Stream.of(answer.probabilities()).map(row -> prediction(row, classes, topK)).toList());
  }

  private static Prediction prediction(float[] probabilities, List<String> classes, int topK) {
    List<Score> top =
        IntStream.range(0, probabilities.length)
            .mapToObj(i -> new Score(classes.get(i), i, probabilities[i]))
            // The sort is stable: of equal probabilities the lower index comes first.
            .sorted(Comparator.comparing(Score::probability).reversed())
            .limit(topK)
            .toList();
    Score best = top.get(0);
    return new Prediction(best.label(), best.index(), best.probability(), top);
  }
}
