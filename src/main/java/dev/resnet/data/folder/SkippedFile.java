package dev.resnet.data.folder;

/**
 * A file of an archive that did not become a picture.
 *
 * @param path in the archive
 * @param reason continues "the file …"
 */
public record SkippedFile(String path, String reason) {}
