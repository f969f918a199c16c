package dev.resnet.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Those who run a contender: the main thread, or several threads at once as a server has them. */
final class Callers implements AutoCloseable {
  private final int count;
  private final ExecutorService threads;

  Callers(int count) {
    this.count = count;
    this.threads = Executors.newFixedThreadPool(Math.max(1, count));
  }

  /** So many runs, by whoever is free. */
  void run(Contender contender, int runs) {
    if (count == 0) {
      repeat(contender, new AtomicInteger(runs));
      return;
    }
    var left = new AtomicInteger(runs);
    List<Future<?>> callers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      callers.add(threads.submit(() -> repeat(contender, left)));
    }
    callers.forEach(Callers::await);
  }

  private static void repeat(Contender contender, AtomicInteger left) {
    while (left.getAndDecrement() > 0) {
      contender.run();
    }
  }

  private static void await(Future<?> caller) {
    try {
      caller.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
