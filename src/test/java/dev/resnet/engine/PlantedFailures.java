package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

/** Lets each native allocation of some work fail once, and looks whether anything is left. */
public final class PlantedFailures {
  private PlantedFailures() {}

  /** Nothing is open afterwards that was not open before, whichever allocation fails. */
  public static void leaveNothing(Runnable work) {
    long open = Natives.open();
    int allocations = count(work);
    assertThat(Natives.open()).isEqualTo(open);
    assertThat(allocations).isGreaterThan(8);
    List<Integer> leaking = new ArrayList<>();
    for (int k = 1; k <= allocations; k++) {
      failAt(k);
      assertThatThrownBy(work::run)
          .as("allocation %d of %d", k, allocations)
          .hasStackTraceContaining("planted");
      Natives.before(null);
      if (Natives.open() != open) {
        leaking.add(k);
        open = Natives.open();
      }
    }
    assertThat(leaking).as("of %d allocations", allocations).isEmpty();
  }

  private static int count(Runnable work) {
    int[] count = {0};
    Natives.before(() -> count[0]++);
    work.run();
    Natives.before(null);
    return count[0];
  }

  private static void failAt(int k) {
    int[] left = {k};
    Natives.before(
        () -> {
          if (--left[0] == 0) {
            throw new OutOfMemoryError("planted");
          }
        });
  }
}
