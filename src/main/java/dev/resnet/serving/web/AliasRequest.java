package dev.resnet.serving.web;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;

/** The version that an alias shall point to. */
record AliasRequest(
    @Schema(description = "A version of the model.", example = "1") @NotNull @Min(1)
        Integer version) {}
