package dev.resnet.sweeps.web;

import io.swagger.v3.oas.annotations.extensions.Extension;
import io.swagger.v3.oas.annotations.extensions.ExtensionProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The body of a submission. {@link SweepReader} checks {@code base} and {@code values}, and what
 * depends on several fields.
 */
@Schema(
    name = "SweepRequest",
    description = "Only base and values are required. Unknown fields are errors.")
record SweepRequest(
    @Schema(
            description =
                "Shown to people; the jobs are named after it: 'depths #3 stack_n=3 seed=1'.",
            defaultValue = "sweep",
            example = "depths",
            extensions =
                @Extension(
                    properties =
                        @ExtensionProperty(
                            name = "x-allowed",
                            value = "printable characters, not blank")))
        @Size(min = 1)
        @Pattern(regexp = "^(?=.*[^\\s\\p{Z}])[^\\p{Cc}\\p{Zl}\\p{Zp}]*$")
        @Nullable String name,
    @Schema(
            description =
                "A job, as for POST /api/v1/training-jobs, without name. promote is never by"
                    + " default.",
            example = "{\"stack_n\": 1, \"dataset\": \"synthetic\", \"recipe\": \"fast\"}",
            additionalProperties = Schema.AdditionalPropertiesValue.TRUE)
        @NotNull
        Map<String, Object> base,
    @Schema(
            description =
                "For each path into the job the list of its values, all different. A path is a"
                    + " field (stack_n, seed) or a field of an object (learning_rate.peak). Fields"
                    + " are set first, also recipe and epochs; then the recipe sets what is still"
                    + " open; then fields of objects are set, so the learning rate of the recipe"
                    + " can be varied. Not allowed: name, model, promote, priority, dataset and"
                    + " test_limit.",
            example = "{\"stack_n\": [1, 2], \"seed\": [1, 2, 3]}",
            additionalProperties = Schema.AdditionalPropertiesValue.TRUE)
        @NotNull
        Map<String, Object> values,
    @Schema(
            description =
                "grid: all combinations; the values of the last path change fastest. random:"
                    + " 'limit' different combinations, drawn with 'seed'.",
            defaultValue = "grid")
        @Nullable Mode mode,
    @Schema(
            description =
                "random: how many jobs, or all combinations if there are fewer. grid: the sweep is"
                    + " refused if it has more jobs.",
            example = "20")
        @Min(1)
        @Nullable Integer limit,
    @Schema(
            description =
                "Of the random choice. Not of the jobs: their seed is a field like others.",
            defaultValue = "1",
            example = "1")
        @Nullable Long seed,
    @Nullable StopRequest stop) {

  /** Which combinations become jobs. */
  enum Mode {
    GRID,
    RANDOM
  }

  @Schema(
      name = "SweepStop",
      description =
          "Cancels jobs that fall behind (needs a validation_fraction above 0). Default: all jobs"
              + " are trained to their end.")
  record StopRequest(
      @Schema(
              description =
                  "median: a job is cancelled after an epoch if its best validation accuracy so far"
                      + " is below the median of the average validation accuracies up to that epoch"
                      + " of the sweep's other jobs. Jobs that differ in their seed only are not"
                      + " compared, and at least three others must have come so far (Golovin et"
                      + " al., 2017).",
              defaultValue = "median")
          @Nullable Rule rule,
      @Schema(
              description = "The first epoch after which a job may be cancelled.",
              defaultValue = "5",
              example = "5")
          @Min(1)
          @Nullable Integer afterEpochs) {

    int afterEpochsOrDefault() {
      return afterEpochs == null ? 5 : afterEpochs;
    }
  }

  /** How to find the jobs that are not worth their time. */
  enum Rule {
    MEDIAN
  }

  /** Takes a minute or two on any machine: no download, few images. */
  static final String TRIAL =
      """
      {"name": "a trial",
       "base": {"stack_n": 1, "dataset": "synthetic", "model": "trial", "recipe": "fast", "epochs": 1,
                "train_limit": 200, "test_limit": 100, "batch_size": 20},
       "values": {"learning_rate.peak": [0.05, 0.2], "seed": [1, 2]}}""";

  /** Half an hour for small pictures, less with a GPU. */
  static final String RANDOM =
      """
      {"name": "rates",
       "base": {"stack_n": 1, "dataset": "synthetic", "model": "rates", "recipe": "small", "epochs": 10,
                "train_limit": 1000, "validation_fraction": 0.2},
       "values": {"learning_rate.peak": [0.02, 0.05, 0.1, 0.2], "augmentation.cutout": [0, 8],
                  "weight_decay": [0.0001, 0.0005]},
       "mode": "random", "limit": 6, "seed": 1, "stop": {"rule": "median", "after_epochs": 3}}""";
}
