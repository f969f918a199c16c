package dev.resnet.training;

import dev.resnet.engine.EngineDescription;
import dev.resnet.training.checkpoint.CheckpointFile;
import org.jspecify.annotations.Nullable;

/**
 * Receives the events of a training run, on the training thread. An exception thrown here ends the
 * run.
 */
public interface TrainingListener {

  /**
   * The engine is ready.
   *
   * @param resumedAfterEpoch completed epochs; 0 for a fresh start
   * @param step completed steps of the next epoch
   */
  default void started(EngineDescription engine, int resumedAfterEpoch, int step) {}

  /** At most once a second, and after the last step of an epoch. */
  default void progress(Progress progress) {}

  /**
   * An epoch has been evaluated. The listener decides which checkpoints to delete.
   *
   * @param checkpoint on the disk; null if none was due
   */
  default void epochCompleted(EpochMetrics metrics, @Nullable CheckpointFile checkpoint) {}

  /**
   * A checkpoint is on the disk that was not written together with the end of an epoch: within an
   * epoch, or where the run stops.
   */
  default void checkpointed(CheckpointFile checkpoint) {}
}
