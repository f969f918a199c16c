package dev.resnet.jobs;

import java.time.Duration;

/**
 * Whether the database has answered for long enough for the others to say that they are alive.
 * After an outage everybody's last heartbeat is old: who looks first must not take that for death,
 * since a training that goes on has epochs to write.
 */
final class DatabaseContact {
  private final long patience;
  private final long longestGap;
  private boolean everAnswered;
  private boolean interrupted;
  private long last;
  private long since;

  /**
   * @param patience after an outage
   * @param longestGap between two answers that is no outage
   */
  DatabaseContact(Duration patience, Duration longestGap) {
    this.patience = patience.toNanos();
    this.longestGap = longestGap.toNanos();
  }

  /**
   * The database has answered.
   *
   * @param now as {@link System#nanoTime} tells it
   */
  synchronized void answered(long now) {
    if (everAnswered && now - last > longestGap) {
      interrupted = true;
      since = now;
    }
    everAnswered = true;
    last = now;
  }

  /** Whether a missing heartbeat means that its process is dead. */
  synchronized boolean isSteady(long now) {
    if (!everAnswered) {
      return true;
    }
    return now - last <= longestGap && (!interrupted || now - since >= patience);
  }
}
