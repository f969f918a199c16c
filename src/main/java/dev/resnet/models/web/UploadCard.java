package dev.resnet.models.web;

import dev.resnet.api.Problems;
import dev.resnet.models.ModelUploads;
import dev.resnet.models.UploadProperties;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an uploader says about a network: everything that classifying with it needs. */
@Schema(description = "Everything about the network that its file does not say.")
record UploadCard(
    @Schema(description = "The class names by index, at least two.", example = "[\"cat\", \"dog\"]")
        @NotNull
        List<@Size(min = 1, max = 200) String> classes,
    @Schema(
            description =
                "Per channel R, G, B. A pixel becomes (pixel / 255 - mean) / standard_deviation.",
            example = "[0.49, 0.48, 0.45]")
        @NotNull
        List<@DecimalMin("0") @DecimalMax("1") Double> mean,
    @Schema(description = "Per channel R, G, B.", example = "[0.25, 0.24, 0.26]") @NotNull
        List<@DecimalMin("0.001") @DecimalMax("1") Double> standardDeviation,
    @Schema(description = "Width and height of its images: 32, 48, 64 or 96.", defaultValue = "32")
        @Min(32)
        @Nullable Integer imageSize,
    @Schema(
            description = "How a picture of another size becomes such an image.",
            defaultValue = "crop")
        @Nullable ResizePolicy resize,
    @Schema(
            description =
                "Blocks per stage. Only needed for a zip without configuration.json, which says it.",
            example = "3")
        @Min(1)
        @Nullable Integer stackN,
    @Schema(
            description =
                "For people, such as where the network comes from. At most 2,000 characters, unless"
                    + " resnet.models.upload.max-description-length says otherwise.")
        @Nullable String description) {
  private static final int CHANNELS = 3;

  /** An example that can be sent. */
  static final String EXAMPLE =
      """
      {"classes": ["cat", "dog"], "mean": [0.49, 0.48, 0.45],
       "standard_deviation": [0.25, 0.24, 0.26], "resize": "crop",
       "description": "trained elsewhere"}""";

  /**
   * @param maxDescription most characters of the description
   */
  void check(Problems problems, int maxDescription) {
    if (problems.none("description")
        && description != null
        && description.length() > maxDescription) {
      problems.add(
          "description",
          "must have at most %d characters (%s)"
              .formatted(maxDescription, UploadProperties.MAX_DESCRIPTION_LENGTH));
    }
    if (problems.none("classes")) {
      if (classes.size() < 2) {
        problems.add("classes", "must list at least two classes");
      } else if (new HashSet<>(classes).size() < classes.size()) {
        problems.add("classes", "must not list a class twice");
      }
    }
    channels("mean", mean, problems);
    channels("standard_deviation", standardDeviation, problems);
    if (problems.none("image_size") && imageSize != null && !ImageShape.SIZES.contains(imageSize)) {
      problems.add("image_size", "must be one of: 32, 48, 64, 96");
    }
  }

  private static void channels(String field, List<Double> values, Problems problems) {
    if (problems.none(field) && values.size() != CHANNELS) {
      problems.add(field, "must have three numbers, for red, green and blue");
    }
  }

  ModelUploads.Card card() {
    return new ModelUploads.Card(
        classes,
        imageSize == null ? ImageShape.CIFAR : new ImageShape(imageSize),
        resize == null ? ResizePolicy.CROP : resize,
        floats(mean),
        floats(standardDeviation),
        stackN,
        description);
  }

  private static List<Float> floats(List<Double> values) {
    return values.stream().map(Double::floatValue).toList();
  }
}
