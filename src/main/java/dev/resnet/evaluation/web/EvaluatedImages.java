package dev.resnet.evaluation.web;

import dev.resnet.evaluation.Evaluation;
import dev.resnet.evaluation.ListedEvaluation;
import io.swagger.v3.oas.annotations.media.Schema;

/** The images that something was measured on, for the answers that tell them. */
record EvaluatedImages(
    @Schema(example = "cifar10") String dataset,
    @Schema(description = "SHA-256 of the data set's images.") String dataSha256,
    @Schema(
            example = "test",
            allowableValues = {"train", "test"})
        String split) {

  static EvaluatedImages of(Evaluation e) {
    return new EvaluatedImages(e.dataset(), e.dataSha256(), e.split().wireName());
  }

  static EvaluatedImages of(ListedEvaluation e) {
    return new EvaluatedImages(e.dataset(), e.dataSha256(), e.split().wireName());
  }
}
