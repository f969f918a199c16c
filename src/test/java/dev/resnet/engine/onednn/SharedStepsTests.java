package dev.resnet.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SharedStepsTests {
  private final List<Integer> log = Collections.synchronizedList(new ArrayList<>());

  @Test
  void everyTaskRunsOnceAndStepsFollowEachOther() {
    List<Consumer<String>> tasks = new ArrayList<>();
    for (int step = 0; step < 50; step++) {
      int number = step;
      tasks.add(own -> log.add(number));
      tasks.add(own -> log.add(number));
    }
    var steps = new SharedSteps<>(Collections.nCopies(50, 2), tasks, "first", "second");
    for (int run = 0; run < 100; run++) {
      log.clear();
      steps.run();
      assertThat(log).hasSize(100).isSorted();
    }
  }

  @Test
  void twoThreadsShareAStep() {
    var both = new CountDownLatch(2);
    List<String> owners = Collections.synchronizedList(new ArrayList<>());
    Consumer<String> task =
        own -> {
          owners.add(own);
          both.countDown();
          await(both);
        };
    new SharedSteps<>(List.of(2, 0), List.of(task, task), "first", "second").run();
    assertThat(owners).containsExactlyInAnyOrder("first", "second");
  }

  /** Whoever comes to ask while the second thread helps another works alone. */
  @Test
  void withoutASecondThreadTheCallerDoesAll() {
    var other = new SharedSteps<>(List.of(), List.<Consumer<String>>of(), "first", "second");
    List<String> owners = new ArrayList<>();
    assertThat(SecondThread.offer(other)).isTrue();
    try {
      new SharedSteps<String>(List.of(2), List.of(owners::add, owners::add), "first", "second")
          .run();
    } finally {
      SecondThread.withdraw();
    }
    assertThat(owners).containsExactly("first", "first");
  }

  @Test
  void aFailureReachesTheCallerAndTheNextRunWorks() {
    var failures = new CountDownLatch(1);
    Consumer<String> fails =
        own -> {
          if (failures.getCount() > 0) {
            failures.countDown();
            throw new OneDnnException("planted");
          }
        };
    Consumer<String> works = own -> log.add(1);
    var steps = new SharedSteps<>(List.of(2, 1), List.of(fails, works, works), "first", "second");
    assertThatThrownBy(steps::run).isInstanceOf(OneDnnException.class).hasMessage("planted");
    steps.run();
    assertThat(log).hasSize(4);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
