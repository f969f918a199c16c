package dev.resnet.jobs;

import java.time.Duration;

/** The queue is full. The message is for the client. */
public final class QueueFullException extends RuntimeException {
  private final Duration retryAfter;

  /**
   * @param retryAfter estimated time until a place is free
   */
  QueueFullException(long waiting, Duration retryAfter) {
    super(
        "The queue is full: %d jobs are waiting. Try again later, or cancel one of them."
            .formatted(waiting));
    this.retryAfter = retryAfter;
  }

  public Duration retryAfter() {
    return retryAfter;
  }
}
