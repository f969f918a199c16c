package dev.resnet.engine.onednn;

import dev.resnet.engine.Team;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The processor's cores as classifications of all models share them: one thread for each, and turns
 * in the order of arrival. No teams of threads: docs/decisions/014 says why.
 */
final class Cores {
  static final int COUNT = Runtime.getRuntime().availableProcessors();

  /** Two for each core: while one turn goes from thread to thread, the other is taken. */
  static final int TURNS = 2 * COUNT;

  private static final Semaphore FREE = new Semaphore(TURNS, true);

  /** As many as have turns: callers may all be waiting for them. */
  private static final Executor HELPERS = helpers(TURNS);

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

  /** A stretch of what is to be done. */
  @FunctionalInterface
  interface Share {
    void take(int from, int to);
  }

  /**
   * Cuts the numbers from 0 to {@code count} into a share for each core. The caller does the first
   * one itself, and waits for the others however its own ends.
   *
   * @throws java.util.concurrent.CompletionException where another's share has failed
   */
  static void shareOut(int count, Share work) {
    int shares = Math.min(COUNT, count);
    if (shares <= 1) {
      work.take(0, count); // the way of single images: nobody to be asked
      return;
    }
    var others =
        CompletableFuture.allOf(
            IntStream.range(1, shares)
                .mapToObj(
                    i -> CompletableFuture.runAsync(() -> take(i, shares, count, work), HELPERS))
                .toArray(CompletableFuture[]::new));
    try {
      take(0, shares, count, work);
    } finally {
      others.handle((nothing, failure) -> null).join();
    }
    others.join();
  }

  private static void take(int share, int shares, int count, Share work) {
    work.take(share * count / shares, (share + 1) * count / shares);
  }

  /** Does something on one thread, when its turn comes. */
  static <T> T onOne(Supplier<T> work) {
    FREE.acquireUninterruptibly();
    try {
      return Team.of(1, work::get);
    } finally {
      FREE.release();
    }
  }
}
