package dev.resnet.evaluation.web;

import dev.resnet.evaluation.Split;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** What to evaluate a version on. */
@Schema(description = "What to evaluate a version on. All fields are optional.")
record EvaluateRequest(
    @Schema(
            description =
                "A data set with the same classes and image size; its present version. Without it:"
                    + " the data set that the version was trained on, as it was then.",
            example = "cifar10")
        @Size(min = 1, max = 200)
        @Nullable String dataset,
    @Schema(
            description =
                "SHA-256 of an earlier version of the data set; only together with 'dataset'.",
            example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
        @Pattern(regexp = "^[0-9a-f]{64}$")
        @Nullable String dataSha256,
    @Schema(defaultValue = "test", example = "test") @Nullable Split split,
    @Schema(
            description = "Evaluate again, even if there is a result; it is replaced.",
            defaultValue = "false",
            example = "false")
        @Nullable Boolean refresh) {

  static final String OWN = "{}";

  static final String OTHER =
      """
      {"dataset": "cifar10", "split": "train"}""";
}
