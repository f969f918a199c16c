package dev.resnet.data.folder;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs the same work on several threads until all have finished, or one has failed. */
final class Workers {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private Workers() {}

  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  /**
   * @throws IOException of the first thread that failed; the others have stopped by then
   * @throws InterruptedIOException if the calling thread is interrupted
   */
  static void run(int threads, Work work) throws IOException {
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              var thread = new Thread(task, "dataset-conversion-" + NUMBER.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    var completion = new ExecutorCompletionService<Void>(pool);
    try {
      for (int i = 0; i < threads; i++) {
        completion.submit(
            () -> {
              work.run();
              return null;
            });
      }
      for (int i = 0; i < threads; i++) {
        completion.take().get();
      }
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptedIOException("converting the pictures was interrupted");
    } finally {
      stop(pool);
    }
  }

  private static IOException rethrown(Throwable cause) {
    if (cause instanceof IOException e) {
      return e;
    }
    if (cause instanceof RuntimeException e) {
      throw e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    return new IOException(cause);
  }

  /** The threads use the caller's files, so they must have ended before those are closed. */
  private static void stop(ExecutorService pool) {
    pool.shutdownNow();
    boolean interrupted = false;
    while (true) {
      try {
        if (pool.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
