package dev.resnet.jobs;

import java.time.Duration;

/** The queue is full. The message is for the client. */
public final class QueueFullException extends RuntimeException {
  private final Duration retryAfter;

  /**
   * @param jobs that were to be added
   * @param retryAfter estimated time until a place is free
   */
  QueueFullException(long waiting, int jobs, Duration retryAfter) {
    super(
        jobs == 1
            ? "The queue is full: %d jobs are waiting. Try again later, or cancel one of them."
                .formatted(waiting)
            : ("The queue has no place for %d more jobs: %d are waiting. Try again later, cancel"
                    + " some, or raise resnet.jobs.queue-capacity.")
                .formatted(jobs, waiting));
    this.retryAfter = retryAfter;
  }

  private QueueFullException(String message, QueueFullException cause) {
    super(message, cause);
    this.retryAfter = cause.retryAfter;
  }

  /** The same after a part of the work is done; the message begins with what was done. */
  public QueueFullException after(String done) {
    return new QueueFullException(done + " " + getMessage(), this);
  }

  public Duration retryAfter() {
    return retryAfter;
  }
}
