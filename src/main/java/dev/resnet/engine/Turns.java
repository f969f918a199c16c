package dev.resnet.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How trainings and classifications of one process share the processors. While an image is being
 * classified, trainings pause between two operations; so a request does not wait for a time slice,
 * and a team of threads never waits for the one whose core was taken. In return, classification is
 * held back as soon as it has taken more than its part of the time.
 *
 * <p>The account: time passes to the credit of classification with {@code 1 - share} and is charged
 * while at least one image is computed. Up to {@link #BURST} can be saved, so that few requests are
 * never held back. Once the credit is used up, classification waits until half of it is back:
 * changing sides takes time, so it should be rare. Without a training, nothing waits.
 */
public final class Turns {
  /** Of this process: engines and their cores are shared too. */
  public static final Turns SHARED = new Turns(System::nanoTime, TimeUnit.SECONDS.toNanos(1));

  /**
   * Nanoseconds of computing that classification can save up. After each change of sides waiting
   * clients get their answers and send their next requests, which takes time from the training:
   * changes should be rare.
   */
  static final long BURST = TimeUnit.MILLISECONDS.toNanos(200);

  /**
   * Classification is never held for longer than about this: a long batch takes more than its part
   * of the time, and those after it must not wait as long again.
   */
  static final long LONGEST_HOLD = TimeUnit.SECONDS.toNanos(2);

  private final LongSupplier nanoTime;
  private final long longestPause;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Written under the lock; trainings read it between two operations. */
  private volatile int computing;

  /** As {@link #computing}. */
  private volatile int trainings;

  private double share = 0.5;
  private double credit = BURST;
  private boolean held;
  private long updated;

  /**
   * @param longestPause nanoseconds after which a training goes on in any case
   */
  Turns(LongSupplier nanoTime, long longestPause) {
    this.nanoTime = nanoTime;
    this.longestPause = longestPause;
    this.updated = nanoTime.getAsLong();
  }

  /**
   * @param share of the time in which no image is computed while there is a training, from 0 to
   *     0.95
   */
  public void trainingKeeps(double share) {
    if (!(share >= 0 && share <= 0.95)) {
      throw new IllegalArgumentException("the share of trainings must be from 0 to 0.95");
    }
    lock.lock();
    try {
      update();
      this.share = share;
    } finally {
      lock.unlock();
    }
  }

  /** Whether a training uses the processors, or pauses only. */
  public boolean hasTraining() {
    return trainings > 0;
  }

  /** A training that calls {@link #pause} between its operations begins. */
  public Training beginTraining() {
    lock.lock();
    try {
      update();
      trainings++;
      return new Training();
    } finally {
      lock.unlock();
    }
  }

  /** A training, until it is closed. */
  public final class Training implements AutoCloseable {
    private boolean closed;

    private Training() {}

    /** Waits while images are classified. */
    public void pause() {
      if (computing > 0) {
        awaitSilence();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        if (!closed) {
          closed = true;
          update();
          trainings--;
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Called before images are computed; waits if it is the training's turn. */
  public void beginClassification() {
    lock.lock();
    try {
      update();
      while (held) {
        changed.awaitNanos(waitFor());
        update();
      }
      computing++;
    } catch (InterruptedException e) {
      computing++; // the caller computes and ends in any case
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Called after each {@link #beginClassification}. */
  public void endClassification() {
    lock.lock();
    try {
      update();
      computing--;
      if (computing == 0 && trainings > 0) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void awaitSilence() {
    lock.lock();
    try {
      long left = longestPause;
      while (computing > 0 && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the training looks at it after its step
    } finally {
      lock.unlock();
    }
  }

  /** Until half of the credit is back. */
  private long waitFor() {
    return Math.max(1, (long) ((BURST / 2.0 - credit) / (1 - share)));
  }

  private void update() {
    long now = nanoTime.getAsLong();
    long passed = now - updated;
    updated = now;
    credit = Math.min(BURST, credit + passed * ((1 - share) - (computing > 0 ? 1 : 0)));
    credit = Math.max(credit, BURST / 2.0 - LONGEST_HOLD * (1 - share));
    if (trainings == 0) {
      credit = BURST;
      held = false;
    } else if (credit <= 0) {
      held = true;
    } else if (credit >= BURST / 2.0) {
      held = false;
    }
  }

  /** Trainings and classifications that wait and that nothing has woken yet. */
  int waiting() {
    lock.lock();
    try {
      return lock.getWaitQueueLength(changed);
    } finally {
      lock.unlock();
    }
  }

  /** Whether classification has to wait now. */
  boolean isHeld() {
    lock.lock();
    try {
      update();
      return held;
    } finally {
      lock.unlock();
    }
  }
}
