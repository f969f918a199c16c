package dev.resnet.jobs.web;

import static java.util.Objects.requireNonNullElse;

import dev.resnet.api.Problems;
import dev.resnet.jobs.StartRequest;
import dev.resnet.training.Freeze;
import io.swagger.v3.oas.annotations.extensions.Extension;
import io.swagger.v3.oas.annotations.extensions.ExtensionProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** The field {@code start_from}. */
@Schema(
    name = "StartFrom",
    description =
        "Start from the weights of a model version or of a job's checkpoint, of the same stack_n and"
            + " image size. Give either model or job. The last layer is new if the classes differ."
            + " The job keeps a copy of the weights. Default: new weights, determined by the seed.")
record StartFromRequest(
    @Schema(description = "Name of a model.", example = "resnet-20") @Size(min = 1, max = 200)
        @Nullable String model,
    @Schema(
            description =
                "Version of the model. Default: the one in production, or the newest if none is.",
            example = "3")
        @Min(1)
        @Nullable Integer version,
    @Schema(description = "Id of a job that has a checkpoint.") @Size(min = 1, max = 36)
        @Nullable String job,
    @Schema(
            description = "Epoch of a checkpoint that the job has kept. Default: the newest.",
            example = "12")
        @Min(1)
        @Nullable Integer epoch,
    @Schema(
            description =
                "none: every variable is trained. backbone: only the last layer is trained, which"
                    + " is faster; batch normalisation keeps its running statistics.",
            defaultValue = "none")
        @Nullable Freeze freeze,
    @Schema(
            description =
                "The SHA-256 that the file with the weights must have. Default: any; the job tells"
                    + " it.",
            extensions =
                @Extension(
                    properties =
                        @ExtensionProperty(name = "x-allowed", value = "64 lower-case hex digits")))
        @Size(min = 64, max = 64)
        @Pattern(regexp = "^[0-9a-f]{64}$")
        @Nullable String sha256) {

  Freeze freezeOrNone() {
    return requireNonNullElse(freeze, Freeze.NONE);
  }

  StartRequest request() {
    return new StartRequest(model, version, job, epoch, sha256);
  }

  /** Adds what is wrong between the fields; true if the weights can be looked for. */
  boolean check(Problems problems) {
    if (!problems.none("start_from")) {
      return false;
    }
    if ((model == null) == (job == null)) {
      problems.add("start_from", "must have either model or job");
      return false;
    }
    if (model == null && version != null) {
      problems.add("start_from.version", "needs model");
    }
    if (job == null && epoch != null) {
      problems.add("start_from.epoch", "needs job");
    }
    return problems.none("start_from");
  }
}
