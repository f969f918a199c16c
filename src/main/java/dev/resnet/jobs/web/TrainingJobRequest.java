package dev.resnet.jobs.web;

import static java.util.Objects.requireNonNullElse;

import dev.resnet.data.DatasetInfo;
import dev.resnet.data.ValidationSplit;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.jobs.JobsProperties;
import dev.resnet.jobs.NewJob;
import dev.resnet.network.ResNetSpec;
import dev.resnet.training.Augmentation;
import dev.resnet.training.ClassWeights;
import dev.resnet.training.EarlyStopping;
import dev.resnet.training.Freeze;
import dev.resnet.training.Keep;
import dev.resnet.training.Recipe;
import dev.resnet.training.StartFrom;
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
 * The body of a submission. The maxima of {@code stack_n}, {@code epochs} and {@code batch_size}
 * and the maximum length of {@code name} are settings; see {@link JobsWebConfiguration}. {@link
 * TrainingJobReader} checks what depends on several fields.
 */
@Schema(
    name = "TrainingJobRequest",
    description =
        "Only stack_n is required. A field that is absent or null has the recipe's value."
            + " Unknown fields are errors.")
record TrainingJobRequest(
    @Schema(description = "Blocks per stage: the network has depth 6n+2.", example = "3")
        @NotNull
        @Min(1)
        Integer stackN,
    @Schema(
            description = "Shown to people. Default: resnet-<depth>.",
            example = "resnet-20",
            extensions =
                @Extension(
                    properties =
                        @ExtensionProperty(
                            name = "x-allowed",
                            value = "printable characters, not blank")))
        @Size(min = 1)
        @Pattern(regexp = TrainingJobRequest.NAME)
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
                "paper: He et al. (2015) on pre-activation blocks, 200 epochs. fast: a one-cycle"
                    + " schedule, 20 epochs. small: for some dozens to some thousands of training"
                    + " images; epochs, batch size and learning rate follow from their number and"
                    + " from start_from. Other fields of the request override the recipe.",
            defaultValue = "paper")
        @Nullable Recipe recipe,
    @Schema(description = "Passes over the training images.", example = "200") @Min(1)
        @Nullable Integer epochs,
    @Schema(
            description =
                "Images per step, at most the number of training images. The last partial batch"
                    + " of an epoch is dropped. Default: the recipe's, or all training images if"
                    + " they are fewer.",
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
            description =
                "auto selects the fastest that can run here; the job says which, and why.",
            defaultValue = "auto")
        @Nullable EngineName engine,
    @Schema(description = "Precision of activations and their gradients.", defaultValue = "auto")
        @Nullable Precision precision,
    @Schema(
            description = "Seed of initialisation, shuffling and augmentation.",
            defaultValue = "1",
            example = "1")
        @Nullable Long seed,
    @Schema(
            description =
                "Use only this many training images: a random sample, determined by the seed, that"
                    + " keeps the proportions of the classes.")
        @Min(1)
        @Nullable Integer trainLimit,
    @Schema(description = "Use only this many test images, the first ones.") @Min(1)
        @Nullable Integer testLimit,
    @Schema(
            description =
                "Whether to put the trained version into production. if_better: if no version of"
                    + " the model is in production, or if its accuracy on the same data set is"
                    + " higher: the validation accuracy if both versions have one, else the"
                    + " accuracy on the same test images. A version that was trained on another"
                    + " data set is replaced only with always. The job's field promotion has the"
                    + " decision.",
            defaultValue = "if_better")
        @Nullable Promote promote,
    @Schema(
            description =
                "Part of the training images to hold out for validation: by class, determined by"
                    + " the seed, after train_limit. Each class keeps at least one training image"
                    + " and, if it has two or more, gives at least one validation image. The"
                    + " network is not trained on them; they measure each epoch.",
            defaultValue = "0",
            example = "0.1")
        @DecimalMin("0")
        @DecimalMax("0.5")
        @Nullable Double validationFraction,
    @Schema(
            description =
                "Which epoch becomes the model. last: the last one. best: the one with the highest"
                    + " validation accuracy (needs a validation_fraction above 0).",
            defaultValue = "last")
        @Nullable Keep keep,
    @Nullable EarlyStoppingRequest earlyStopping,
    @Schema(
            description =
                "The target of a class is (1-ε) + ε/classes if it is the image's, else ε/classes"
                    + " (Szegedy et al., 2016). All reported losses are plain cross entropy, so"
                    + " they compare with each other.",
            defaultValue = "0",
            example = "0.1")
        @DecimalMin("0")
        @DecimalMax(value = "1", inclusive = false)
        @Nullable Double labelSmoothing,
    @Schema(
            description =
                "balanced: each class counts the same in the training loss, however many images"
                    + " it has. An image counts images/(classes·images of its class), so the mean"
                    + " is 1. Reported losses are not weighted.",
            defaultValue = "none")
        @Nullable ClassWeights classWeights,
    @Nullable StartFromRequest startFrom,
    @Schema(
            description =
                "Waiting jobs of a higher priority start first; of the same, the older ones.",
            defaultValue = "0",
            example = "10")
        @Min(-100)
        @Max(100)
        @Nullable Integer priority) {

  /** Printable characters, not only blanks. */
  static final String NAME = "^(?=.*[^\\s\\p{Z}])[^\\p{Cc}\\p{Zl}\\p{Zp}]*$";

  @Schema(
      name = "EarlyStopping",
      description =
          "Ends the training once the validation loss no longer improves (needs a"
              + " validation_fraction above 0). The job then succeeds with fewer epochs. Default:"
              + " all epochs are trained.")
  record EarlyStoppingRequest(
      @Schema(
              description = "Epochs in a row without an improvement after which training ends.",
              example = "10")
          @NotNull
          @Min(1)
          Integer patience,
      @Schema(
              description =
                  "An epoch is an improvement if its loss is lower than that of the last"
                      + " improvement, by at least this much.",
              defaultValue = "0",
              example = "0.001")
          @DecimalMin("0")
          @Nullable Double minDelta) {

    EarlyStopping rule() {
      return new EarlyStopping(patience, requireNonNullElse(minDelta, 0.0));
    }
  }

  @Schema(name = "Augmentation")
  record AugmentationRequest(
      @Schema(description = "Zeros on each side before the random crop.", example = "4")
          @Min(0)
          @Max(16)
          @Nullable Integer cropPadding,
      @Schema(description = "Flip each image with probability one half.", example = "true")
          @Nullable Boolean horizontalFlip,
      @Schema(
              description =
                  "Side in pixels of a square at a random place that is set to zero, at most the"
                      + " images' size; 0 for none. Its centre is in the image; what lies outside"
                      + " is cut off.",
              defaultValue = "0",
              example = "8")
          @Min(0)
          @Max(96)
          @Nullable Integer cutout) {

    Augmentation or(Augmentation base) {
      return new Augmentation(
          requireNonNullElse(cropPadding, base.cropPadding()),
          requireNonNullElse(horizontalFlip, base.horizontalFlip()),
          requireNonNullElse(cutout, base.cutout()));
    }
  }

  /**
   * The job with all hyperparameters resolved.
   *
   * @param dataset the one that it names
   * @param start the weights that {@code start_from} names; null if it is absent
   */
  NewJob job(JobsProperties.Limits limits, DatasetInfo dataset, @Nullable StartFrom start) {
    String title = "resnet-" + ResNetSpec.depth(stackN);
    return new NewJob(
        requireNonNullElse(name, title),
        requireNonNullElse(model, title),
        config(limits, trainImages(dataset), start),
        dataset.version(),
        requireNonNullElse(promote, Promote.IF_BETTER),
        requireNonNullElse(priority, 0),
        null);
  }

  private TrainingConfig config(
      JobsProperties.Limits limits, int images, @Nullable StartFrom start) {
    TrainingConfig base = base(images);
    int epochs = epochs(limits, images);
    return new TrainingConfig(
            base.stackN(),
            base.dataset(),
            epochs,
            batchSize(limits, images),
            learningRate == null
                ? recipeOrPaper().learningRate(epochs, freeze())
                : learningRate.schedule(epochs),
            requireNonNullElse(momentum, base.momentum()),
            requireNonNullElse(weightDecay, base.weightDecay()),
            augmentation == null ? base.augmentation() : augmentation.or(base.augmentation()),
            requireNonNullElse(engine, base.engine()),
            requireNonNullElse(precision, base.precision()),
            requireNonNullElse(seed, base.seed()),
            trainLimit,
            testLimit)
        .choosing(
            fraction(),
            requireNonNullElse(keep, Keep.LAST),
            earlyStopping == null ? null : earlyStopping.rule())
        .fitting(
            requireNonNullElse(labelSmoothing, base.labelSmoothing()),
            requireNonNullElse(classWeights, base.classWeights()),
            start);
  }

  double fraction() {
    return requireNonNullElse(validationFraction, 0.0);
  }

  /** What is kept of the starting weights; null without {@code start_from}. */
  private @Nullable Freeze freeze() {
    return startFrom == null ? null : startFrom.freezeOrNone();
  }

  private Recipe recipeOrPaper() {
    return requireNonNullElse(recipe, Recipe.PAPER);
  }

  String datasetName() {
    return requireNonNullElse(dataset, "cifar10");
  }

  /**
   * The recipe's values for this network and data set.
   *
   * @param images that are trained on
   */
  TrainingConfig base(int images) {
    int blocks = requireNonNullElse(stackN, 1);
    return recipeOrPaper().config(blocks, datasetName(), images, freeze());
  }

  int epochs(JobsProperties.Limits limits, int images) {
    return requireNonNullElse(epochs, Math.min(base(images).epochs(), limits.epochs()));
  }

  /** How many of a data set's training images are trained on, at least. */
  int trainImages(DatasetInfo dataset) {
    int all = dataset.train();
    int used = Math.min(all, requireNonNullElse(trainLimit, all));
    return ValidationSplit.leastTraining(used, dataset.classes().size(), fraction());
  }

  /** Limits the default batch size to the number of images, so that there is a full batch. */
  private int batchSize(JobsProperties.Limits limits, int images) {
    int most = Math.min(limits.batchSize(), images);
    return requireNonNullElse(batchSize, Math.min(base(images).batchSize(), most));
  }

  /** Takes about a minute on any machine: no download, few images. */
  static final String TRIAL =
      """
      {"stack_n": 1, "name": "a trial", "model": "trial", "dataset": "synthetic", "recipe": "fast",
       "epochs": 2, "train_limit": 1000, "test_limit": 500}""";

  /** The published training run. */
  static final String PAPER =
      """
      {"stack_n": 3, "name": "resnet-20", "model": "resnet-20", "dataset": "cifar10", "epochs": 200,
       "batch_size": 128,
       "learning_rate": {"schedule": "piecewise", "values": [0.1, 0.01, 0.001],
                         "boundaries": [80, 120]},
       "momentum": 0.9, "weight_decay": 0.0001, "label_smoothing": 0,
       "augmentation": {"crop_padding": 4, "horizontal_flip": true, "cutout": 0},
       "engine": "auto", "precision": "auto", "seed": 1, "train_limit": null, "test_limit": null,
       "class_weights": "none", "start_from": null, "promote": "if_better",
       "validation_fraction": 0, "keep": "last", "early_stopping": null, "priority": 0}""";
}
