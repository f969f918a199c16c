package dev.resnet.models.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.resnet.api.Page;
import dev.resnet.models.ModelVersion;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A model and its versions. */
@Schema(name = "Model")
record ModelSummary(
    @Schema(example = "resnet-20") String name,
    @Schema(
            description = "The version that answers; null where none does",
            nullable = true,
            example = "3")
        @JsonProperty("promoted_version")
        @Nullable Integer promotedVersion,
    @Schema(description = "A page of them, the newest first unless sorted otherwise")
        List<Version> versions,
    @Schema(description = "Of the versions, counted from 0.", example = "0") int page,
    @Schema(description = "The most versions of a page.", example = "20") int size,
    @JsonProperty("total_items") @Schema(description = "All versions.", example = "3")
        long totalItems,
    @JsonProperty("total_pages") @Schema(example = "1") int totalPages) {

  /** What tells one version from another at a glance. */
  @Schema(name = "ModelVersionSummary")
  record Version(
      @Schema(example = "3") int version,
      boolean promoted,
      @Schema(example = "cifar10") String dataset,
      @JsonProperty("stack_n") @Schema(example = "3") int stackN,
      @JsonProperty("test_loss") @Schema(nullable = true, example = "0.31") double testLoss,
      @JsonProperty("test_accuracy") @Schema(example = "0.915") double testAccuracy,
      @JsonProperty("created_at") Instant createdAt,
      @Schema(description = "The id of the training job") String job) {}

  /**
   * @param promoted the number of the version that answers
   */
  static ModelSummary of(String name, Optional<Integer> promoted, Page<ModelVersion> versions) {
    return new ModelSummary(
        name,
        promoted.orElse(null),
        versions.items().stream()
            .map(
                v ->
                    new Version(
                        v.version(),
                        promoted.filter(number -> number == v.version()).isPresent(),
                        v.dataset(),
                        v.stackN(),
                        v.testLoss(),
                        v.testAccuracy(),
                        v.createdAt(),
                        v.jobId()))
            .toList(),
        versions.page(),
        versions.size(),
        versions.totalItems(),
        versions.totalPages());
  }
}
