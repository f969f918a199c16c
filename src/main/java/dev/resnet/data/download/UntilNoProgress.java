package dev.resnet.data.download;

import java.util.function.LongSupplier;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Waits that double up to a limit. Retries end after a number of consecutive attempts without new
 * bytes; an attempt that brings new bytes resets the waits and the count.
 */
final class UntilNoProgress implements BackOff, BackOffExecution {
  private final ExponentialBackOff doubling;
  private final LongSupplier bytes;
  private long furthest;
  private BackOffExecution waits;

  /**
   * @param bytes downloaded so far
   */
  UntilNoProgress(DownloadSettings settings, LongSupplier bytes) {
    this.doubling = new ExponentialBackOff(settings.firstWait().toMillis(), 2);
    doubling.setMaxInterval(settings.longestWait().toMillis());
    doubling.setMaxAttempts(settings.attempts() - 1L);
    this.bytes = bytes;
    this.furthest = bytes.getAsLong();
    this.waits = doubling.start();
  }

  @Override
  public BackOffExecution start() {
    return this;
  }

  /** The wait in milliseconds. */
  @Override
  public long nextBackOff() {
    long reached = bytes.getAsLong();
    if (reached > furthest) {
      furthest = reached;
      waits = doubling.start();
    }
    return waits.nextBackOff();
  }
}
