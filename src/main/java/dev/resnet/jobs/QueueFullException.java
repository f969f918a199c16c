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

  public Duration retryAfter() {
    return retryAfter;
  }
}
