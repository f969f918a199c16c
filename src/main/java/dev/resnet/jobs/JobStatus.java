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

  /** Whether a worker has to do something with the job, now or later. */
  boolean inQueue() {
    return this == QUEUED || this == RUNNING;
  }

  /** Whether nothing more happens to the job unless a user resumes it. */
  public boolean ended() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }
}
