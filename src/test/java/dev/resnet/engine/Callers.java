package dev.resnet.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Requests that come at the same moment. */
public final class Callers {
  private Callers() {}

  /**
   * The answers to some callers who start together.
   *
   * @param counts how many of the images each one in turn has classified
   */
  public static List<float[][]> together(
      InferenceEngine engine, float[] images, int callers, int... counts) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    try {
      var start = new CyclicBarrier(callers);
      List<Future<float[][]>> answers = new ArrayList<>();
      for (int caller = 0; caller < callers; caller++) {
        int count = counts[caller % counts.length];
        answers.add(
            threads.submit(
                () -> {
                  start.await();
                  return engine.probabilities(images, count);
                }));
      }
      List<float[][]> rows = new ArrayList<>();
      for (Future<float[][]> answer : answers) {
        rows.add(answer.get());
      }
      return rows;
    } finally {
      threads.shutdownNow();
    }
  }
}
