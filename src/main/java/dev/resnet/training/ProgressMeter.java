package dev.resnet.training;

import dev.resnet.engine.Tally;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/** Decides when to read the loss and when to tell listeners, and measures the current speed. */
final class ProgressMeter {
  /** How often the engine's tally is read; on a GPU each read waits for the device. */
  private static final long TALLY_NANOS = 250_000_000L;

  private static final long REPORT_NANOS = 1_000_000_000L;

  /** The speed is averaged over this time. */
  private static final long SPEED_NANOS = 10_000_000_000L;

  private record Mark(long nanos, int iteration) {}

  private final TrainingConfig config;
  private final int epoch;
  private final int iterationsPerEpoch;
  private final TrainingListener listener;
  private final LongSupplier nanoTime;
  private final Deque<Mark> marks = new ArrayDeque<>();
  private long lastTally;
  private long lastReport;

  /**
   * @param done steps of this epoch that are already completed
   */
  ProgressMeter(
      TrainingConfig config,
      int epoch,
      int iterationsPerEpoch,
      int done,
      TrainingListener listener,
      LongSupplier nanoTime) {
    this.config = config;
    this.epoch = epoch;
    this.iterationsPerEpoch = iterationsPerEpoch;
    this.listener = listener;
    this.nanoTime = nanoTime;
    lastTally = nanoTime.getAsLong();
    lastReport = lastTally;
    marks.add(new Mark(lastTally, done));
  }

  /** Whether to read the tally after this step. */
  boolean isDue(int iteration) {
    long now = nanoTime.getAsLong();
    boolean due = now - lastTally >= TALLY_NANOS || iteration + 1 == iterationsPerEpoch;
    if (due) {
      lastTally = now;
    }
    return due;
  }

  /** Tells the listener, at most once a second and at the end of the epoch. */
  void report(int iteration, Tally tally) {
    long now = nanoTime.getAsLong();
    if (now - lastReport < REPORT_NANOS && iteration + 1 < iterationsPerEpoch) {
      return;
    }
    lastReport = now;
    marks.addLast(new Mark(now, iteration + 1));
    while (marks.size() > 2 && now - marks.peekFirst().nanos() > SPEED_NANOS) {
      marks.removeFirst();
    }
    Mark from = marks.getFirst();
    double images = (double) (iteration + 1 - from.iteration()) * config.batchSize();
    listener.progress(
        new Progress(
            epoch + 1,
            config.epochs(),
            (long) epoch * iterationsPerEpoch + iteration + 1,
            (long) config.epochs() * iterationsPerEpoch,
            tally.meanCrossEntropy(),
            tally.accuracy(),
            images / Math.max(1e-9, (now - from.nanos()) * 1e-9)));
  }
}
