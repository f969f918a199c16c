package dev.resnet.jobs.web;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a submission as the OpenAPI document shows it; {@link TrainingJobReader} reads it.
 */
@Schema(
    name = "TrainingJobRequest",
    description =
        "Only stack_n is needed. A field that is absent or null has the value of the recipe."
            + " Unknown fields are errors.")
record TrainingJobRequest(
    @Schema(
            description = "Blocks per stage: the network has depth 6n+2.",
            example = "3",
            minimum = "1",
            requiredMode = Schema.RequiredMode.REQUIRED)
        int stackN,
    @Schema(description = "For people. Default: resnet-<depth>.", example = "resnet-20")
        @Nullable String name,
    @Schema(
            description = "The name to register the trained model under. Default: resnet-<depth>.",
            example = "resnet-20",
            pattern = TrainingJobReader.MODEL_PATTERN)
        @Nullable String model,
    @Schema(
            description = "A name from GET /api/v1/datasets.",
            defaultValue = "cifar10",
            example = "cifar10")
        @Nullable String dataset,
    @Schema(
            description =
                "paper: He et al. (2015), 200 epochs. fast: one cycle of the learning rate, 20"
                    + " epochs. Fields given beside it override it.",
            defaultValue = "paper",
            allowableValues = {"paper", "fast"})
        @Nullable String recipe,
    @Schema(description = "Passes over the training images.", example = "200", minimum = "1")
        @Nullable Integer epochs,
    @Schema(
            description =
                "Images a step, no more than there are training images: the last partial batch of"
                    + " an epoch is dropped.",
            example = "128",
            minimum = "1")
        @Nullable Integer batchSize,
    @Nullable LearningRateRequest learningRate,
    @Schema(description = "Nesterov momentum, 0 to less than 1.", example = "0.9")
        @Nullable Double momentum,
    @Schema(description = "λ in λ·Σ‖v‖²/2 over every trainable variable.", example = "0.0001")
        @Nullable Double weightDecay,
    @Nullable AugmentationRequest augmentation,
    @Schema(
            description = "auto takes the fastest that can run here; the job says which, and why.",
            defaultValue = "auto",
            allowableValues = {"auto", "onednn", "dl4j"})
        @Nullable String engine,
    @Schema(
            description = "Of activations and their gradients.",
            defaultValue = "auto",
            allowableValues = {"auto", "float32", "bfloat16"})
        @Nullable String precision,
    @Schema(
            description = "Of initialisation, shuffling and augmentation.",
            defaultValue = "1",
            example = "1")
        @Nullable Long seed,
    @Schema(description = "Use only the first so many training images.", minimum = "1")
        @Nullable Integer trainLimit,
    @Schema(description = "Use only the first so many test images.", minimum = "1")
        @Nullable Integer testLimit,
    @Schema(
            description =
                "Whether the trained version then answers for its model's name. if_better: where"
                    + " nothing answers yet, or where it has the higher accuracy on the same test"
                    + " images of the same data set. A version on another data set is replaced"
                    + " under always only. The job's field promotion says what was decided.",
            defaultValue = "if_better",
            allowableValues = {"always", "if_better", "never"})
        @Nullable String promote) {

  @Schema(
      name = "LearningRate",
      description =
          "piecewise: values, boundaries. cosine and one_cycle: peak, warmup_epochs. constant:"
              + " value.")
  record LearningRateRequest(
      @Schema(
              requiredMode = Schema.RequiredMode.REQUIRED,
              allowableValues = {"piecewise", "cosine", "one_cycle", "constant"})
          String schedule,
      @Schema(description = "piecewise: one more than boundaries.", example = "[0.1, 0.01, 0.001]")
          @Nullable List<Double> values,
      @Schema(
              description = "piecewise: completed epochs, strictly increasing.",
              example = "[80, 120]")
          @Nullable List<Integer> boundaries,
      @Schema(description = "cosine, one_cycle: the highest rate, over 0 and at most 10.")
          @Nullable Double peak,
      @Schema(
              description =
                  "cosine, one_cycle: epochs of linear warm-up, fewer than epochs. Default: none in"
                      + " cosine, a quarter of all in one_cycle.")
          @Nullable Double warmupEpochs,
      @Schema(description = "constant: the rate.") @Nullable Double value) {}

  @Schema(name = "Augmentation")
  record AugmentationRequest(
      @Schema(
              description = "Zeros on each side before the random crop.",
              example = "4",
              minimum = "0",
              maximum = "16")
          @Nullable Integer cropPadding,
      @Schema(description = "With probability one half.", example = "true")
          @Nullable Boolean horizontalFlip) {}

  /** Runs anywhere in about a minute: no download, few images. */
  static final String TRIAL =
      """
      {"stack_n": 1, "name": "a trial", "model": "trial", "dataset": "synthetic", "recipe": "fast",
       "epochs": 2, "train_limit": 1000, "test_limit": 500}""";

  /** The published training. */
  static final String PAPER =
      """
      {"stack_n": 3, "name": "resnet-20", "model": "resnet-20", "dataset": "cifar10", "epochs": 200,
       "batch_size": 128,
       "learning_rate": {"schedule": "piecewise", "values": [0.1, 0.01, 0.001],
                         "boundaries": [80, 120]},
       "momentum": 0.9, "weight_decay": 0.0001,
       "augmentation": {"crop_padding": 4, "horizontal_flip": true},
       "engine": "auto", "precision": "auto", "seed": 1, "train_limit": null, "test_limit": null,
       "promote": "if_better"}""";
}
