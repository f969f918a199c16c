package dev.resnet.training;

/**
 * Asked after every batch: must the training run stop because of cancellation, pause, shutdown or
 * loss of the job?
 */
@FunctionalInterface
public interface StopSignal {
  StopSignal NEVER = () -> false;

  boolean stopRequested();

  /**
   * Whether to write a checkpoint when the training run stops; not if it has lost its job to
   * another one.
   */
  default boolean keepsState() {
    return true;
  }
}
