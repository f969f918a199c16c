package dev.resnet.evaluation.web;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.resnet.evaluation.Comparison;
import dev.resnet.evaluation.Evaluation;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** Two versions on the same images. */
@Schema(name = "Comparison")
record ComparisonResponse(
    @Schema(example = "resnet-20") String model,
    @JsonUnwrapped EvaluatedImages evaluated,
    @Schema(example = "10000") int images,
    Side a,
    Side b,
    @Schema(description = "Class by class.") List<ClassRow> classes,
    @Schema(description = "How many images each version gets right.") Table table,
    @Schema(description = "McNemar's test: whether the difference may be chance.") Test mcnemar) {

  private static final String TEST = "exact binomial, two-sided";

  @Schema(name = "ComparedVersion")
  record Side(
      @Schema(example = "1") int version,
      @Schema(description = "Id of its evaluation.") String evaluation,
      @Schema(example = "0.9125") double accuracy,
      @Schema(description = "Mean cross entropy in nats.", example = "0.31") double loss,
      @Schema(example = "onednn") String engine,
      @Schema(example = "float32") String precision) {

    static Side of(Evaluation e) {
      return new Side(
          e.version(),
          e.id(),
          e.metrics().accuracy(),
          e.metrics().loss(),
          e.engine(),
          e.precision());
    }
  }

  @Schema(name = "ComparedClass")
  record ClassRow(
      @Schema(example = "cat") String name,
      @Schema(example = "1000") int images,
      @Schema(description = "Accuracy of version a on them.", example = "0.81") double a,
      @Schema(description = "Accuracy of version b on them.", example = "0.84") double b,
      @Schema(description = "b - a", example = "0.03") double difference) {}

  @Schema(name = "ComparisonTable")
  record Table(
      @Schema(example = "8900") int bothRight,
      @Schema(description = "Version a right, b wrong.", example = "225") int onlyA,
      @Schema(description = "Version b right, a wrong.", example = "310") int onlyB,
      @Schema(example = "565") int bothWrong) {}

  @Schema(name = "McNemarTest")
  record Test(
      @Schema(example = TEST) String test,
      @Schema(
              description = "Of the null hypothesis that both versions are equally good.",
              example = "0.00027")
          double pValue,
      @Schema(
              description = "The result in words.",
              example =
                  "Version 3 gets 310 images right that version 1 gets wrong, and 225 the other way"
                      + " round. If both were equally good, a difference as large or larger would"
                      + " occur with probability 2.8e-04: version 3 is significantly better at the"
                      + " 5 % level.")
          String meaning) {}

  static ComparisonResponse of(Comparison comparison) {
    Evaluation a = comparison.a();
    return new ComparisonResponse(
        a.model(),
        EvaluatedImages.of(a),
        a.metrics().images(),
        Side.of(a),
        Side.of(comparison.b()),
        comparison.classes().stream()
            .map(
                each ->
                    new ClassRow(
                        each.name(), each.images(), each.a(), each.b(), each.b() - each.a()))
            .toList(),
        new Table(
            comparison.bothRight(), comparison.onlyA(), comparison.onlyB(), comparison.bothWrong()),
        new Test(TEST, comparison.pValue(), comparison.meaning()));
  }
}
