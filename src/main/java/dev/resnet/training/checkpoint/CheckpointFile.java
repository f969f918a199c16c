package dev.resnet.training.checkpoint;

import java.nio.file.Path;
import java.util.Comparator;

/**
 * A checkpoint on the disk: a DL4J model zip with {@code training.json} in it.
 *
 * @param epoch number of completed epochs
 * @param step number of completed steps of the next epoch; 0 at the end of an epoch
 * @param size in bytes
 * @param sha256 of the file, lower-case hex
 * @param testAccuracy of the last completed epoch; 0 if there is none
 */
public record CheckpointFile(
    int epoch, int step, Path path, long size, String sha256, double testAccuracy) {
  /** The earliest position in the training first. */
  public static final Comparator<CheckpointFile> BY_POSITION =
      Comparator.comparingInt(CheckpointFile::epoch).thenComparingInt(CheckpointFile::step);

  /** At the end of an epoch. */
  public CheckpointFile(int epoch, Path path, long size, String sha256, double testAccuracy) {
    this(epoch, 0, path, size, sha256, testAccuracy);
  }

  /** Whether it holds a state within an epoch. */
  public boolean isPartial() {
    return step > 0;
  }

  /** Whether it holds a later state than another one. */
  public boolean isAfter(CheckpointFile other) {
    return BY_POSITION.compare(this, other) > 0;
  }
}
