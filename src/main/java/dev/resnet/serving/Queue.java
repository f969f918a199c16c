package dev.resnet.serving;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Requests that are computed at the same time, up to a limit, and those that wait for it in the
 * order of arrival, up to a limit and for a limited time. A request that waits looks regularly
 * whether its client is still there.
 */
final class Queue {
  /** How often a request that waits looks for its client. */
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(50);

  private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

  /** The weight of the newest request in the average time. */
  private static final double NEWEST = 0.05;

  private final int concurrency;
  private final int maxWaiting;
  private final Duration maxWait;
  private final LongSupplier nanoTime;
  private final Timer waits;
  private final Counter full;
  private final Counter expired;
  private final Counter gone;

  /** Guarded by this, like all that follows; each is released by the request before it. */
  private final Deque<CountDownLatch> waiting = new ArrayDeque<>();

  private int computing;

  /** Nanoseconds that a request has its place, on average. */
  private double average;

  /**
   * @param size of the requests, for the metrics
   */
  Queue(String size, ServingProperties settings, MeterRegistry meters, LongSupplier nanoTime) {
    this.concurrency = settings.computing();
    this.maxWaiting = settings.maxWaiting();
    this.maxWait = settings.maxWait();
    this.nanoTime = nanoTime;
    Gauge.builder("resnet.inference.waiting", this, Queue::waiting)
        .description("Classification requests that wait to be computed")
        .tag("size", size)
        .register(meters);
    Gauge.builder("resnet.inference.computing", this, Queue::computing)
        .description("Classification requests that are being computed")
        .tag("size", size)
        .register(meters);
    waits =
        Timer.builder("resnet.inference.wait")
            .description("Time that requests waited before they were computed")
            .tag("size", size)
            .register(meters);
    full = refused("full", size, meters);
    expired = refused("expired", size, meters);
    gone = refused("gone", size, meters);
  }

  private static Counter refused(String reason, String size, MeterRegistry meters) {
    return Counter.builder("resnet.inference.refused")
        .description(
            "Classification requests that were not computed: too many waited (full), they waited"
                + " for too long (expired), or their client was gone (gone)")
        .tag("reason", reason)
        .tag("size", size)
        .register(meters);
  }

  synchronized int waiting() {
    return waiting.size();
  }

  synchronized int computing() {
    return computing;
  }

  /** Waits until the request may be computed; {@link #leave} ends it. */
  void enter(Caller caller) {
    var turn = new CountDownLatch(1);
    synchronized (this) {
      if (computing < concurrency) {
        computing++;
        waits.record(Duration.ZERO);
        return;
      }
      if (waiting.size() >= maxWaiting) {
        full.increment();
        throw new OverloadException(
            ("The service is busy: %d requests wait to be classified, as many as %s allows."
                    + " Send it again after the time in Retry-After.")
                .formatted(waiting.size(), ServingProperties.MAX_WAITING),
            drained());
      }
      waiting.add(turn);
    }
    long start = nanoTime.getAsLong();
    try {
      await(turn, caller, start);
      if (caller.isGone()) {
        leave();
        throw left();
      }
    } finally {
      waits.record(nanoTime.getAsLong() - start, TimeUnit.NANOSECONDS);
    }
  }

  private void await(CountDownLatch turn, Caller caller, long start) {
    Duration asked = caller.longestWait();
    boolean shorter = asked.compareTo(maxWait) < 0;
    long most = (shorter ? asked : maxWait).toNanos();
    while (true) {
      long left = most - (nanoTime.getAsLong() - start);
      if (hasCome(turn, Math.min(LOOK, left))) {
        return;
      }
      if (left <= LOOK && nanoTime.getAsLong() - start >= most && withdraw(turn)) {
        expired.increment();
        throw new OverloadException(
            "The service is busy: the request waited for %d ms, %s. Nothing was computed; send it again after the time in Retry-After."
                .formatted(
                    TimeUnit.NANOSECONDS.toMillis(most),
                    shorter
                        ? caller.howItAsked()
                        : "the limit set by " + ServingProperties.MAX_WAIT),
            drained());
      }
      if (caller.isGone() && withdraw(turn)) {
        throw left();
      }
    }
  }

  private boolean hasCome(CountDownLatch turn, long nanos) {
    try {
      return turn.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      if (withdraw(turn)) {
        Thread.currentThread().interrupt();
        throw new OverloadException(
            "The service is shutting down. Nothing was computed.", Duration.ofSeconds(10));
      }
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** False if it is this request's turn by now. */
  private synchronized boolean withdraw(CountDownLatch turn) {
    return waiting.remove(turn);
  }

  private CallerGoneException left() {
    gone.increment();
    return new CallerGoneException();
  }

  /** The next one takes the place. */
  synchronized void leave() {
    CountDownLatch next = waiting.poll();
    if (next == null) {
      computing--;
    } else {
      next.countDown();
    }
  }

  /** Computes, and remembers how long that takes, with all that it waits for meanwhile. */
  <T> T timed(Supplier<T> compute) {
    long start = nanoTime.getAsLong();
    T result = compute.get();
    long taken = nanoTime.getAsLong() - start;
    synchronized (this) {
      average = average == 0 ? taken : average + NEWEST * (taken - average);
    }
    return result;
  }

  /** About the time until those that wait now are computed: at least a second. */
  private synchronized Duration drained() {
    var time = Duration.ofNanos((long) (average * (waiting.size() + 1) / concurrency));
    return time.compareTo(LONGEST_RETRY) > 0
        ? LONGEST_RETRY
        : time.toSeconds() < 1 ? Duration.ofSeconds(1) : time;
  }
}
