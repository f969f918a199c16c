package dev.resnet.serving;

import java.time.Duration;

/**
 * Who waits for a classification. Each way into the service says it for the thread that classifies;
 * {@link Admission} asks while a request waits.
 */
public interface Caller {
  /** Waits as long as the settings allow. */
  Caller PATIENT =
      new Caller() {
        @Override
        public boolean isGone() {
          return false;
        }

        @Override
        public Duration longestWait() {
          return Duration.ofSeconds(Long.MAX_VALUE);
        }
      };

  /** Whether nobody reads the answer any more. Called by the thread that waits. */
  boolean isGone();

  /** How long the caller wants to wait until its images are computed; counts if it is shorter. */
  Duration longestWait();

  /** How the caller said how long it wants to wait, for a message to it. */
  default String howItAsked() {
    return "as long as it asked for with Prefer: wait";
  }

  /** Makes this the caller of the current thread, until the same thread closes the result. */
  default Bound bind() {
    Caller outer = Callers.CURRENT.get();
    Callers.CURRENT.set(this);
    return () -> {
      if (outer == null) {
        Callers.CURRENT.remove();
      } else {
        Callers.CURRENT.set(outer);
      }
    };
  }

  /** Ends what {@link #bind} began. */
  @FunctionalInterface
  interface Bound extends AutoCloseable {
    @Override
    void close();
  }

  /** The caller of the current thread. */
  static Caller current() {
    Caller current = Callers.CURRENT.get();
    return current == null ? PATIENT : current;
  }
}
