package dev.resnet.training;

/** Asked once a batch: has someone cancelled, paused, shut down or taken over this training? */
@FunctionalInterface
public interface StopSignal {
  StopSignal NEVER = () -> false;

  boolean stopRequested();
}
