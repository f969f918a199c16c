package dev.resnet.training;

import dev.resnet.engine.EngineDescription;
import dev.resnet.training.checkpoint.CheckpointFile;

/**
 * Told of a training's course, on the training thread; an exception thrown here ends the training.
 */
public interface TrainingListener {

  /**
   * The engine is ready.
   *
   * @param resumedAfterEpoch 0 for a fresh start
   */
  default void started(EngineDescription engine, int resumedAfterEpoch) {}

  /** At most once a second, and after the last step of an epoch. */
  default void progress(Progress progress) {}

  /**
   * An epoch has been measured and its checkpoint is on the disk, where it stays: whoever keeps the
   * list of checkpoints deletes those that it does not need.
   */
  default void epochCompleted(EpochMetrics metrics, CheckpointFile checkpoint) {}
}
