package dev.resnet.engine.onednn;

import dev.resnet.engine.OpenMp;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;

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
   * Cuts the numbers from 0 to {@code count} into one slice for each core. The caller's own thread
   * runs the first slice, then waits for the others, even where its own fails.
   *
   * @throws java.util.concurrent.CompletionException where another slice has failed
   */
  static void inSlices(int count, Slice work) {
    int slices = Math.min(COUNT, count);
    if (slices <= 1) {
      work.run(0, count); // a single image: no other thread to wake
      return;
    }
    var others =
        CompletableFuture.allOf(
            IntStream.range(1, slices)
                .mapToObj(
                    i -> CompletableFuture.runAsync(() -> run(i, slices, count, work), HELPERS))
                .toArray(CompletableFuture[]::new));
    try {
      run(0, slices, count, work);
    } finally {
      others.handle((nothing, failure) -> null).join();
    }
    others.join();
  }

  private static void run(int slice, int slices, int count, Slice work) {
    work.run(slice * count / slices, (slice + 1) * count / slices);
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
