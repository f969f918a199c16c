package dev.resnet.data.folder;

import io.swagger.v3.oas.annotations.media.Schema;

/**
 * The pictures of one class.
 *
 * @param name as the folder is called, in Unicode's NFC
 */
public record ClassCount(
    @Schema(description = "The name of the folder.", example = "stop") String name,
    @Schema(description = "Training pictures.", example = "40") int train,
    @Schema(description = "Test pictures.", example = "10") int test) {}
