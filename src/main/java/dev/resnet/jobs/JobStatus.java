package dev.resnet.jobs;

/** Where a training job stands. */
public enum JobStatus {
  /** Waits for a free training slot, for the next attempt after a fault, or for the next start. */
  QUEUED,
  /** A process owns it: loads the data, trains, or registers the model. */
  RUNNING,
  /** Set aside by its user. */
  PAUSED,
  /** Trained to the end; its model is registered. */
  SUCCEEDED,
  /** Cannot go on; the job's error says why. */
  FAILED,
  CANCELLED;

  /** Only a person leads it out of this state. */
  public boolean ended() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }
}
