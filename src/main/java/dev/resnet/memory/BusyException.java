package dev.resnet.memory;

import java.time.Duration;

/** There is not enough memory at present; the same request may succeed later. */
public final class BusyException extends RuntimeException {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  /**
   * @param message for the client: what takes the memory, and which setting limits it
   */
  public BusyException(String message) {
    super(message + " Try again later.");
  }

  public Duration retryAfter() {
    return RETRY_AFTER;
  }
}
