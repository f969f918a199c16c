package dev.resnet.training;

import dev.resnet.engine.EngineDescription;
import dev.resnet.training.checkpoint.CheckpointFile;

/**
 * Receives the events of a training run, on the training thread. An exception thrown here ends the
 * run.
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
   * An epoch has been evaluated and its checkpoint is on the disk. The listener decides which
   * checkpoints to delete.
   */
  default void epochCompleted(EpochMetrics metrics, CheckpointFile checkpoint) {}
}
