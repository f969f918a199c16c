package dev.resnet.engine.onednn;

import dev.resnet.engine.OpenMp;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The CPU's cores as the classifications of all models share them: one thread for each core, and
 * permits in the order of arrival. No OpenMP thread teams: docs/decisions/014 says why.
 */
final class Cores {
  static final int COUNT = Runtime.getRuntime().availableProcessors();

  /** Two for each core: while one permit goes from thread to thread, the other is in use. */
  static final int PERMITS = 2 * COUNT;

  private static final Semaphore FREE = new Semaphore(PERMITS, true);

  private static final long LATELY = TimeUnit.MILLISECONDS.toNanos(20);

  /** When two threads last computed at the same time. */
  private static volatile long lastMeeting = System.nanoTime() - LATELY;

  /** As many as there are permits: all callers may be waiting for them. */
  private static final Executor HELPERS = helpers(PERMITS);

  private Cores() {}

  private static Executor helpers(int threads) {
    var executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(),
            task -> {
              var thread = new Thread(task, "classify");
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /** What is done with the numbers of one slice. */
  @FunctionalInterface
  interface Slice {
    void run(int from, int to);
  }

  /**
   * Cuts the numbers from 0 to {@code count} into slices, which one thread for each core takes one
   * after another: so none waits for one whose core is taken. The caller's own thread takes part,
   * then waits for the others, even where a slice of its own fails.
   *
   * @param size of a slice; the last one may be smaller
   * @throws java.util.concurrent.CompletionException where a slice of another thread has failed
   */
  static void inSlices(int count, int size, Slice work) {
    int slices = (count + size - 1) / size;
    if (slices <= 1 || COUNT == 1) {
      work.run(0, count); // no other thread to wake
      return;
    }
    var next = new AtomicInteger();
    List<CompletableFuture<Void>> others = new ArrayList<>();
    try {
      for (int i = 1; i < Math.min(COUNT, slices); i++) {
        others.add(CompletableFuture.runAsync(() -> take(next, count, size, work), HELPERS));
      }
      take(next, count, size, work);
    } finally {
      // Even if a thread can't be started: those that were use memory that the caller frees.
      others.forEach(other -> other.handle((nothing, failure) -> null).join());
    }
    others.forEach(CompletableFuture::join);
  }

  private static void take(AtomicInteger next, int count, int size, Slice work) {
    for (int from = next.getAndAdd(size); from < count; from = next.getAndAdd(size)) {
      work.run(from, Math.min(from + size, count));
    }
  }

  /**
   * Whether nothing is classified now, and requests have not met lately: while clients compete, the
   * other cores are busy with reading requests and writing answers.
   */
  static boolean areIdle() {
    return FREE.availablePermits() == PERMITS && System.nanoTime() - lastMeeting > LATELY;
  }

  /** Does something on one thread once a permit is free. */
  static <T> T onOneThread(Supplier<T> work) {
    FREE.acquireUninterruptibly();
    if (FREE.availablePermits() < PERMITS - 1) {
      lastMeeting = System.nanoTime();
    }
    try {
      return OpenMp.withThreads(1, work::get);
    } finally {
      FREE.release();
    }
  }
}
