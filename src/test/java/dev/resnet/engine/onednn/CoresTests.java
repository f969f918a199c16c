package dev.resnet.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.engine.OpenMp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoresTests {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 16, 257})
  void everyNumberIsInOneSlice(int count) {
    var taken = new AtomicIntegerArray(count);
    Cores.inSlices(
        count,
        4,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            taken.incrementAndGet(i);
          }
        });
    for (int i = 0; i < count; i++) {
      assertThat(taken.get(i)).isOne();
    }
  }

  @Test
  void noSliceIsLargerThanAsked() {
    List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    Cores.inSlices(257, 4, (from, to) -> sizes.add(to - from));
    sizes.sort(null);
    if (Cores.COUNT > 1) {
      assertThat(sizes).hasSize(65).startsWith(1, 4).endsWith(4);
    } else {
      assertThat(sizes).containsExactly(257);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 256})
  void aFailureOfAnySliceReachesTheCallerOnceAllHaveEnded(int bad) {
    var running = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Cores.inSlices(
                    257,
                    4,
                    (from, to) -> {
                      running.incrementAndGet();
                      try {
                        if (from <= bad && bad < to) {
                          throw new IllegalStateException("no");
                        }
                      } finally {
                        running.decrementAndGet();
                      }
                    }))
        .hasStackTraceContaining("IllegalStateException: no");
    assertThat(running).hasValue(0);
  }

  @Test
  void noMoreRunAtOnceThanThereArePermitsEachOnOneThread() throws Exception {
    var running = new AtomicInteger();
    var most = new AtomicInteger();
    ExecutorService callers = Executors.newFixedThreadPool(2 * Cores.PERMITS);
    try {
      List<Future<Integer>> results = new ArrayList<>();
      for (int i = 0; i < 100 * Cores.PERMITS; i++) {
        results.add(
            callers.submit(
                () ->
                    Cores.onOneThread(
                        () -> {
                          most.accumulateAndGet(running.incrementAndGet(), Math::max);
                          int threads = OpenMp.maxThreads();
                          running.decrementAndGet();
                          return threads;
                        })));
      }
      for (Future<Integer> threads : results) {
        assertThat(threads.get()).isOne();
      }
    } finally {
      callers.shutdownNow();
    }
    assertThat(most.get()).isBetween(1, Cores.PERMITS);
  }
}
