package dev.resnet.models;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ResizePolicy;
import dev.resnet.training.checkpoint.Selection;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The description of a model version, stored beside its file as {@code card.json}.
 *
 * @param depth 6·stack_n+2
 * @param parameters counting running mean and variance
 * @param classes the class names by index
 */
public record ModelCard(
    String model,
    int version,
    @JsonProperty("created_at") Instant createdAt,
    @JsonProperty("stack_n") int stackN,
    int depth,
    long parameters,
    List<String> classes,
    Input input,
    @Schema(nullable = true, description = "Null for an uploaded version")
        @Nullable Metrics metrics,
    Source source,
    File file,
    @JsonProperty("promotion_reason") @Schema(description = PROMOTION_REASON)
        String promotionReason) {

  /** The description of a field that the API shows too. */
  public static final String PROMOTION_REASON =
      "Whether the version was promoted when it was registered, and why: which accuracies were"
          + " compared.";

  /**
   * How pixels are scaled to the network's input: {@code (pixel / 255 - mean) /
   * standard_deviation}, per channel R, G, B.
   *
   * @param resize how an image of another size becomes the input
   */
  public record Input(
      int width,
      int height,
      ResizePolicy resize,
      List<Float> mean,
      @JsonProperty("standard_deviation") List<Float> standardDeviation) {}

  /**
   * The results of the epoch that became the model.
   *
   * @param epoch counted from 1
   * @param chosenBy how the epoch was chosen; test images never choose
   * @param validationLoss null without validation images
   * @param validationAccuracy null without validation images
   */
  public record Metrics(
      int epoch,
      @JsonProperty("test_loss") @Schema(nullable = true) double testLoss,
      @JsonProperty("test_accuracy") double testAccuracy,
      @JsonProperty("chosen_by")
          @Schema(
              description =
                  "How the epoch was chosen: as the best on the validation images, or as the last.",
              allowableValues = {"validation", "last epoch"},
              example = "last epoch")
          String chosenBy,
      @JsonProperty("validation_loss") @Schema(nullable = true) @Nullable Double validationLoss,
      @JsonProperty("validation_accuracy") @Schema(nullable = true)
          @Nullable Double validationAccuracy) {

    static Metrics of(ModelVersion.Training training) {
      Selection selection = training.selection();
      return new Metrics(
          training.epoch(),
          training.testLoss(),
          training.testAccuracy(),
          selection.by().wireName(),
          selection.validationLoss(),
          selection.validationAccuracy());
    }
  }

  /**
   * The origin of the version. An uploaded version has a description at most.
   *
   * @param job the training job's id
   * @param dataSha256 of the data set it was trained on
   * @param hyperparameters all resolved hyperparameters, including the seed
   * @param build of the service that trained it
   * @param description by the uploader
   */
  public record Source(
      @Schema(nullable = true, description = "Null for an uploaded version, like what follows it")
          @Nullable String job,
      @Schema(nullable = true) @Nullable String dataset,
      @JsonProperty("data_sha256") @Schema(nullable = true) @Nullable String dataSha256,
      @Schema(nullable = true) @Nullable String engine,
      @Schema(nullable = true) @Nullable String precision,
      @Schema(
              type = "object",
              nullable = true,
              description = "All resolved hyperparameters, as in the job's config")
          @Nullable JsonNode hyperparameters,
      @Schema(nullable = true, description = "Of the training's randomness", example = "1")
          @Nullable Long seed,
      @Schema(
              nullable = true,
              description = "The service that trained it; null for versions of earlier builds")
          @Nullable Build build,
      @Schema(nullable = true, description = "Of an uploaded version, by its uploader")
          @Nullable String description) {

    static Source of(ModelVersion v) {
      ModelVersion.Training training = v.training();
      JsonNode hyperparameters =
          training == null ? null : JsonMapper.shared().readTree(training.hyperparameters());
      return training == null
          ? new Source(null, null, null, null, null, null, null, null, v.description())
          : new Source(
              training.jobId(),
              training.dataset(),
              training.dataSha256(),
              training.engine(),
              training.precision(),
              hyperparameters,
              hyperparameters.path("seed").isNumber()
                  ? (Long) hyperparameters.path("seed").longValue()
                  : null,
              training.build(),
              v.description());
    }
  }

  /** The DL4J zip. */
  public record File(long size, String sha256) {}

  public static ModelCard of(ModelVersion v) {
    var spec = new ResNetSpec(v.stackN(), v.classes().size(), v.shape());
    return new ModelCard(
        v.name(),
        v.version(),
        v.createdAt(),
        v.stackN(),
        spec.depth(),
        spec.parameters(),
        v.classes(),
        new Input(v.shape().size(), v.shape().size(), v.resize(), v.mean(), v.standardDeviation()),
        v.training() == null ? null : Metrics.of(v.training()),
        Source.of(v),
        new File(v.size(), v.sha256()),
        v.promotionReason());
  }
}
