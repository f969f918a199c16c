package dev.resnet.training.checkpoint;

import java.nio.file.Path;

/**
 * A checkpoint on the disk: a DL4J model zip with {@code training.json} in it.
 *
 * @param epoch number of completed epochs
 * @param size in bytes
 * @param sha256 of the file, lower-case hex
 * @param testAccuracy of that epoch
 */
public record CheckpointFile(int epoch, Path path, long size, String sha256, double testAccuracy) {}
