package dev.resnet.data.folder;

import io.swagger.v3.oas.annotations.media.Schema;

/**
 * A file of an archive that did not become a picture.
 *
 * @param path in the archive
 * @param reason continues "the file …"
 */
public record SkippedFile(
    @Schema(description = "The path in the archive.", example = "signs/notes.txt") String path,
    @Schema(description = "Continues \"the file …\".", example = "is no picture") String reason) {}
