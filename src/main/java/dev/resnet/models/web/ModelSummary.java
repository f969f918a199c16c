package dev.resnet.models.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.resnet.api.Page;
import dev.resnet.models.AliasRows;
import dev.resnet.models.ModelVersion;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A model and its versions. */
@Schema(name = "Model")
record ModelSummary(
    @Schema(example = "resnet-20") String name,
    @Schema(
            description = "The version in production; null if there is none",
            nullable = true,
            example = "3")
        @JsonProperty("promoted_version")
        @Nullable Integer promotedVersion,
    @Schema(
            description = "The version that each alias points to",
            example = "{\"canary\": 4, \"production\": 3}")
        Map<String, Integer> aliases,
    @Schema(description = "A page of the versions, the newest first by default")
        List<Version> versions,
    @Schema(description = "The page of versions, counted from 0.", example = "0") int page,
    @Schema(description = "Most versions per page.", example = "20") int size,
    @JsonProperty("total_items") @Schema(description = "Versions on all pages.", example = "3")
        long totalItems,
    @JsonProperty("total_pages") @Schema(example = "1") int totalPages) {

  /** A short summary of a version. */
  @Schema(name = "ModelVersionSummary")
  record Version(
      @Schema(example = "3") int version,
      boolean promoted,
      @Schema(
              nullable = true,
              description = "Null for an uploaded version, like its results and its job",
              example = "cifar10")
          @Nullable String dataset,
      @JsonProperty("stack_n") @Schema(example = "3") int stackN,
      @JsonProperty("test_loss") @Schema(nullable = true, example = "0.31")
          @Nullable Double testLoss,
      @JsonProperty("test_accuracy") @Schema(nullable = true, example = "0.915")
          @Nullable Double testAccuracy,
      @JsonProperty("created_at") Instant createdAt,
      @Schema(nullable = true, description = "The id of the training job") @Nullable String job) {

    static Version of(ModelVersion v, boolean promoted) {
      ModelVersion.Training training = v.training();
      return new Version(
          v.version(),
          promoted,
          training == null ? null : training.dataset(),
          v.stackN(),
          training == null ? null : training.testLoss(),
          training == null ? null : training.testAccuracy(),
          v.createdAt(),
          training == null ? null : training.jobId());
    }
  }

  /**
   * @param aliases the numbers of the versions by alias
   */
  static ModelSummary of(String name, Map<String, Integer> aliases, Page<ModelVersion> versions) {
    Integer promoted = aliases.get(AliasRows.PRODUCTION);
    return new ModelSummary(
        name,
        promoted,
        aliases,
        versions.items().stream()
            .map(v -> Version.of(v, Objects.equals(promoted, v.version())))
            .toList(),
        versions.page(),
        versions.size(),
        versions.totalItems(),
        versions.totalPages());
  }
}
