package dev.resnet.jobs;

import dev.resnet.training.StopSignal;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A handle on an attempt that runs in this process. Other threads ask it to stop; the attempt sees
 * that within one batch.
 */
final class RunHandle implements StopSignal {

  /** Why a run has to stop. */
  enum Reason {
    CANCELLED,
    PAUSED,
    SHUTDOWN,
    /** Another worker has claimed the job. */
    LOST
  }

  private final String job;
  private final int attempt;
  private volatile @Nullable Reason reason;
  private volatile boolean mustLeave;
  private @Nullable Thread waiting;

  RunHandle(String job, int attempt) {
    this.job = job;
    this.attempt = attempt;
  }

  String job() {
    return job;
  }

  int attempt() {
    return attempt;
  }

  /** Null while the run may continue. */
  @Nullable Reason reason() {
    return reason;
  }

  @Override
  public boolean stopRequested() {
    return reason != null;
  }

  /** The files of a lost job are its new owner's. */
  @Override
  public boolean keepsState() {
    return reason != Reason.LOST;
  }

  /**
   * The first reason counts, with two exceptions. LOST replaces any other: a lost job must not be
   * written to. CANCELLED replaces PAUSED.
   */
  synchronized void stop(Reason why) {
    if (reason == null
        || why == Reason.LOST
        || (why == Reason.CANCELLED && reason == Reason.PAUSED)) {
      reason = why;
    }
    if (why == Reason.SHUTDOWN || why == Reason.LOST) {
      mustLeave = true;
      notifyAll();
    }
    if (waiting != null) {
      waiting.interrupt();
    }
  }

  /** Whether all waits must end, because the process shuts down or the job is lost. */
  boolean mustStop() {
    return mustLeave;
  }

  /** Waits this long; false as soon as the attempt {@link #mustStop}. */
  synchronized boolean await(Duration wait) {
    long end = System.nanoTime() + wait.toNanos();
    try {
      for (long left = wait.toNanos(); left > 0 && !mustLeave; left = end - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      mustLeave = true;
    }
    return !mustLeave;
  }

  /**
   * Runs work that may wait long and does not use the database. A request to stop interrupts the
   * thread. Only here, because an interrupt during an SQL statement closes the files of the
   * embedded database.
   */
  <T> T interruptibly(Callable<T> wait) throws Exception {
    synchronized (this) {
      waiting = Thread.currentThread();
      if (reason != null) {
        waiting.interrupt();
      }
    }
    try {
      return wait.call();
    } finally {
      synchronized (this) {
        waiting = null;
        Thread.interrupted();
      }
    }
  }
}
