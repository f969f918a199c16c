package dev.resnet.models.web;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** A page of the models that have a version. */
record ModelList(
    List<ModelSummary> items,
    @Schema(description = "Counted from 0.", example = "0") int page,
    @Schema(example = "20") int size,
    @Schema(description = "Models on all pages.", example = "2") long totalItems,
    @Schema(example = "1") int totalPages) {}
