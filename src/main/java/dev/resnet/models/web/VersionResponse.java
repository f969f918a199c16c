package dev.resnet.models.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.resnet.models.AliasRows;
import dev.resnet.models.EvaluationMetrics;
import dev.resnet.models.ModelCard;
import dev.resnet.models.ModelVersion;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All details of one version: the network, its accuracy and its origin. */
@Schema(name = "ModelVersion")
public record VersionResponse(
    @Schema(example = "resnet-20") String model,
    @Schema(example = "3") int version,
    @Schema(description = "Whether it is in production") boolean promoted,
    @Schema(description = "The aliases that point to it", example = "[\"production\"]")
        List<String> aliases,
    @JsonProperty("created_at") Instant createdAt,
    @JsonProperty("promoted_at")
        @Schema(
            description =
                "When it was last promoted; null if it never was or if that was rolled back.",
            nullable = true)
        @Nullable Instant promotedAt,
    @JsonProperty("stack_n") @Schema(example = "3") int stackN,
    @Schema(example = "20") int depth,
    @Schema(example = "274442") long parameters,
    @Schema(description = "Class names by index") List<String> classes,
    ModelCard.Input input,
    @Schema(nullable = true, description = "Null for an uploaded version")
        ModelCard.@Nullable Metrics metrics,
    ModelCard.Source source,
    ModelCard.File file,
    @JsonProperty("promotion_reason") @Schema(description = ModelCard.PROMOTION_REASON)
        String promotionReason,
    @Schema(
            nullable = true,
            description =
                "The precision that this process classifies in with it: resnet.serving.precision,"
                    + " or what auto became; null if the version is not in its memory.",
            allowableValues = {"float32", "bfloat16"},
            example = "bfloat16")
        @Nullable String precision,
    @Schema(
            description =
                "The evaluation on all test images of its own data set; null until there is one."
                    + " POST …/versions/{version}/evaluate makes it.",
            nullable = true)
        @Nullable EvaluationMetrics evaluation) {

  /** The same with what is not in the registry's row. */
  VersionResponse with(@Nullable String precision, @Nullable EvaluationMetrics evaluation) {
    return new VersionResponse(
        model,
        version,
        promoted,
        aliases,
        createdAt,
        promotedAt,
        stackN,
        depth,
        parameters,
        classes,
        input,
        metrics,
        source,
        file,
        promotionReason,
        precision,
        evaluation);
  }

  public static VersionResponse of(ModelVersion version, List<String> aliases) {
    ModelCard card = ModelCard.of(version);
    return new VersionResponse(
        card.model(),
        card.version(),
        aliases.contains(AliasRows.PRODUCTION),
        aliases,
        card.createdAt(),
        version.promotedAt(),
        card.stackN(),
        card.depth(),
        card.parameters(),
        card.classes(),
        card.input(),
        card.metrics(),
        card.source(),
        card.file(),
        card.promotionReason(),
        null,
        null);
  }
}
