package dev.resnet.jobs;

import dev.resnet.training.StopSignal;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One attempt that runs in this process, as others reach it: they ask it to stop, and it sees that
 * within one batch.
 */
final class RunHandle implements StopSignal {

  /** Why a run is to stop. */
  enum Reason {
    CANCELLED,
    SHUTDOWN,
    /** Another worker has taken the job up. */
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

  /** Null while it may go on. */
  @Nullable Reason reason() {
    return reason;
  }

  @Override
  public boolean stopRequested() {
    return reason != null;
  }

  /** The first reason counts, but a lost job is never written to. */
  synchronized void stop(Reason why) {
    if (reason == null || why == Reason.LOST) {
      reason = why;
    }
    if (why != Reason.CANCELLED) {
      mustLeave = true;
      notifyAll();
    }
    if (waiting != null) {
      waiting.interrupt();
    }
  }

  /** Whether nobody may wait for anything any more: the process shuts down or the job is lost. */
  boolean mustLeave() {
    return mustLeave;
  }

  /** Waits for so long; false as soon as the attempt {@link #mustLeave}. */
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
   * Runs something that may wait long and touches no database: asked to stop, the thread is
   * interrupted. Nowhere else, since an interrupt in the middle of a statement closes the files of
   * the embedded database.
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
