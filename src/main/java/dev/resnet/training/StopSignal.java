package dev.resnet.training;

/**
 * Asked after every batch: must the training run stop because of cancellation, pause, shutdown or
 * loss of the job?
 */
@FunctionalInterface
public interface StopSignal {
  StopSignal NEVER = () -> false;

  boolean stopRequested();
}
