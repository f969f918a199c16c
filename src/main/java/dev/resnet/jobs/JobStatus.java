package dev.resnet.jobs;

/** Where a training job stands. */
public enum JobStatus {
  /** Waits for a free training slot; also after a shutdown, until the next start resumes it. */
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

  /** No move leads out of this state. */
  public boolean ended() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }
}
