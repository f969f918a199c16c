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
  void slicesDifferByOneAtMost() {
    List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    Cores.inSlices(257, (from, to) -> sizes.add(to - from));
    assertThat(sizes).hasSize(Math.min(257, Cores.COUNT));
    sizes.sort(null);
    assertThat(sizes.get(sizes.size() - 1) - sizes.get(0)).isLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 256})
  void aFailureOfAnySliceReachesTheCallerOnceAllHaveEnded(int bad) {
    var ended = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Cores.inSlices(
                    257,
                    (from, to) -> {
                      ended.incrementAndGet();
                      if (from <= bad && bad < to) {
                        throw new IllegalStateException("no");
                      }
                    }))
        .hasStackTraceContaining("IllegalStateException: no");
    assertThat(ended).hasValue(Math.min(257, Cores.COUNT));
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
