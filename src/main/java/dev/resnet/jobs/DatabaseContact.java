package dev.resnet.jobs;

import java.time.Duration;

/**
 * Whether this process has reached the database without a break for long enough to judge the
 * heartbeats of others. After an outage all heartbeats are old, although the jobs may still be
 * running.
 */
final class DatabaseContact {
  private final long patience;
  private final long longestGap;
  private boolean everAnswered;
  private boolean interrupted;
  private long last;
  private long since;

  /**
   * @param patience how long after an outage a missing heartbeat proves nothing
   * @param longestGap longest time between two answers that does not count as an outage
   */
  DatabaseContact(Duration patience, Duration longestGap) {
    this.patience = patience.toNanos();
    this.longestGap = longestGap.toNanos();
  }

  /**
   * Records that the database has answered.
   *
   * @param now from {@link System#nanoTime}
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
