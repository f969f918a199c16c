package dev.resnet.serving;

import java.time.Duration;

/** More is asked than can be computed in time. Nothing was computed. */
public final class OverloadException extends RuntimeException {
  private final Duration retryAfter;

  OverloadException(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  /** About how long those that wait now take. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
