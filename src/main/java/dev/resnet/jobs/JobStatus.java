package dev.resnet.jobs;

/** The status of a training job. */
public enum JobStatus {
  /** Waits for a free training slot, for the next attempt after a fault, or for the next start. */
  QUEUED,
  /** A process owns the job: it loads the data, trains, or registers the model. */
  RUNNING,
  /** Paused by a user. */
  PAUSED,
  /** Completed; its model is registered. */
  SUCCEEDED,
  /** Failed; the job's error says why. */
  FAILED,
  CANCELLED;

  /** Whether the job stays in this status until a user acts. */
  public boolean ended() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }
}
