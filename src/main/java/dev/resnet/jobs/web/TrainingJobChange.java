package dev.resnet.jobs.web;

import io.swagger.v3.oas.annotations.extensions.Extension;
import io.swagger.v3.oas.annotations.extensions.ExtensionProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** What can be changed in a job after its submission. */
@Schema(
    name = "TrainingJobChange",
    description = "A field that is absent or null stays as it is. Unknown fields are errors.")
record TrainingJobChange(
    @Schema(
            description = "Shown to people.",
            example = "resnet-20, second try",
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
            description =
                "Waiting jobs of a higher priority start first. Can be changed until the job has"
                    + " ended; a running job keeps running.",
            example = "10")
        @Min(-100)
        @Max(100)
        @Nullable Integer priority) {}
