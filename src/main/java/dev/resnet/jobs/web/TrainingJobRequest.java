package dev.resnet.jobs.web;

import static java.util.Objects.requireNonNullElse;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.jobs.JobsProperties;
import dev.resnet.jobs.NewJob;
import dev.resnet.network.ResNetSpec;
import dev.resnet.training.Augmentation;
import dev.resnet.training.Recipe;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.checkpoint.Promote;
import io.swagger.v3.oas.annotations.extensions.Extension;
import io.swagger.v3.oas.annotations.extensions.ExtensionProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * The body of a submission. The largest {@code stack_n}, {@code epochs} and {@code batch_size} and
 * the longest {@code name} are settings, see {@link JobsWebConfiguration}; what depends on several
 * fields is checked by {@link TrainingJobReader}.
 */
@Schema(
    name = "TrainingJobRequest",
    description =
        "Only stack_n is needed. A field that is absent or null has the value of the recipe."
            + " Unknown fields are errors.")
record TrainingJobRequest(
    @Schema(description = "Blocks per stage: the network has depth 6n+2.", example = "3")
        @NotNull
        @Min(1)
        Integer stackN,
    @Schema(
            description = "For people. Default: resnet-<depth>.",
            example = "resnet-20",
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
            description = "The name to register the trained model under. Default: resnet-<depth>.",
            example = "resnet-20",
            extensions =
                @Extension(
                    properties =
                        @ExtensionProperty(
                            name = "x-allowed",
                            value =
                                "lower-case letters, digits, '.', '_' and '-', a letter or digit"
                                    + " first")))
        @Size(min = 1, max = 63)
        @Pattern(regexp = "^[a-z0-9][a-z0-9._-]*$")
        @Nullable String model,
    @Schema(
            description = "A name from GET /api/v1/datasets.",
            defaultValue = "cifar10",
            example = "cifar10")
        @Size(min = 1, max = 100)
        @Nullable String dataset,
    @Schema(
            description =
                "paper: He et al. (2015), 200 epochs. fast: one cycle of the learning rate, 20"
                    + " epochs. Fields given beside it override it.",
            defaultValue = "paper")
        @Nullable Recipe recipe,
    @Schema(description = "Passes over the training images.", example = "200") @Min(1)
        @Nullable Integer epochs,
    @Schema(
            description =
                "Images a step, no more than there are training images: the last partial batch of"
                    + " an epoch is dropped. Default: the recipe's, or all training images if they"
                    + " are fewer.",
            example = "128")
        @Min(1)
        @Nullable Integer batchSize,
    @Nullable LearningRateRequest learningRate,
    @Schema(description = "Nesterov momentum.", example = "0.9")
        @DecimalMin("0")
        @DecimalMax(value = "1", inclusive = false)
        @Nullable Double momentum,
    @Schema(description = "λ in λ·Σ‖v‖²/2 over every trainable variable.", example = "0.0001")
        @DecimalMin("0")
        @DecimalMax("1")
        @Nullable Double weightDecay,
    @Nullable AugmentationRequest augmentation,
    @Schema(
            description = "auto takes the fastest that can run here; the job says which, and why.",
            defaultValue = "auto")
        @Nullable EngineName engine,
    @Schema(description = "Of activations and their gradients.", defaultValue = "auto")
        @Nullable Precision precision,
    @Schema(
            description = "Of initialisation, shuffling and augmentation.",
            defaultValue = "1",
            example = "1")
        @Nullable Long seed,
    @Schema(
            description =
                "Use only so many training images, chosen at random (by the seed), with each class's part kept.")
        @Min(1)
        @Nullable Integer trainLimit,
    @Schema(description = "Use only the first so many test images.") @Min(1)
        @Nullable Integer testLimit,
    @Schema(
            description =
                "Whether the trained version then answers for its model's name. if_better: where"
                    + " nothing answers yet, or where it has the higher accuracy on the same test"
                    + " images of the same data set. A version on another data set is replaced"
                    + " under always only. The job's field promotion says what was decided.",
            defaultValue = "if_better")
        @Nullable Promote promote) {

  @Schema(name = "Augmentation")
  record AugmentationRequest(
      @Schema(description = "Zeros on each side before the random crop.", example = "4")
          @Min(0)
          @Max(16)
          @Nullable Integer cropPadding,
      @Schema(description = "With probability one half.", example = "true")
          @Nullable Boolean horizontalFlip) {

    Augmentation or(Augmentation base) {
      return new Augmentation(
          requireNonNullElse(cropPadding, base.cropPadding()),
          requireNonNullElse(horizontalFlip, base.horizontalFlip()));
    }
  }

  /**
   * The job, every hyperparameter resolved.
   *
   * @param images training images of the data set
   */
  NewJob job(JobsProperties.Limits limits, int images) {
    String title = "resnet-" + ResNetSpec.depth(stackN);
    return new NewJob(
        requireNonNullElse(name, title),
        requireNonNullElse(model, title),
        config(limits, images),
        requireNonNullElse(promote, Promote.IF_BETTER));
  }

  private TrainingConfig config(JobsProperties.Limits limits, int images) {
    TrainingConfig base = base();
    int epochs = epochs(limits);
    return new TrainingConfig(
        base.stackN(),
        base.dataset(),
        epochs,
        batchSize(limits, images),
        learningRate == null ? recipeOrPaper().learningRate(epochs) : learningRate.schedule(epochs),
        requireNonNullElse(momentum, base.momentum()),
        requireNonNullElse(weightDecay, base.weightDecay()),
        augmentation == null ? base.augmentation() : augmentation.or(base.augmentation()),
        requireNonNullElse(engine, base.engine()),
        requireNonNullElse(precision, base.precision()),
        requireNonNullElse(seed, base.seed()),
        trainLimit,
        testLimit);
  }

  private Recipe recipeOrPaper() {
    return requireNonNullElse(recipe, Recipe.PAPER);
  }

  /** What the recipe says of this network and data set. */
  TrainingConfig base() {
    return recipeOrPaper()
        .config(requireNonNullElse(stackN, 1), requireNonNullElse(dataset, "cifar10"));
  }

  int epochs(JobsProperties.Limits limits) {
    return requireNonNullElse(epochs, Math.min(base().epochs(), limits.epochs()));
  }

  /** How many of a data set's training images are used. */
  int trainImages(int all) {
    return Math.min(all, requireNonNullElse(trainLimit, all));
  }

  /** A small data set makes small batches, rather than none. */
  private int batchSize(JobsProperties.Limits limits, int images) {
    int most = Math.min(limits.batchSize(), trainImages(images));
    return requireNonNullElse(batchSize, Math.min(base().batchSize(), most));
  }

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
