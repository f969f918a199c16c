package dev.resnet.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class MemoryBudgetTests {
  private final MemoryBudget budget =
      new MemoryBudget(DataSize.ofMegabytes(1), Duration.ZERO, "some.setting", "other things");

  @Test
  void theWholeBudgetMayBeHeldAndNoMore() {
    assertThat(budget.holds(1 << 20)).isTrue();
    assertThat(budget.holds((1 << 20) + 1)).isFalse();
    try (var all = budget.hold(1 << 20)) {
      assertThatThrownBy(() -> budget.hold(1))
          .isInstanceOfSatisfying(BusyException.class, e -> assertThat(e.retryAfter()).isPositive())
          .hasMessageContaining("other things")
          .hasMessageContaining("1 MB")
          .hasMessageContaining("some.setting");
    }
    budget.hold(1 << 20).close();
  }

  @Test
  void addedBytesAreReleasedAsWell() {
    try (var hold = budget.hold(100)) {
      for (int i = 0; i < 1023; i++) {
        hold.add(1024);
      }
      assertThatThrownBy(() -> hold.add(1024)).isInstanceOf(BusyException.class);
    }
    budget.hold(1 << 20).close();
  }

  @Test
  void releasedBytesAreFreeForOthers() {
    try (var hold = budget.hold(1 << 20)) {
      hold.keep(1 << 19);
      budget.hold(1 << 19).close();
      assertThatThrownBy(() -> budget.hold((1 << 19) + 1)).isInstanceOf(BusyException.class);
    }
    budget.hold(1 << 20).close();
  }

  @Test
  void closingTwiceReleasesOnce() {
    var hold = budget.hold(1 << 19);
    hold.close();
    hold.close();
    var all = budget.hold(1 << 20);
    assertThatThrownBy(() -> budget.hold(1)).isInstanceOf(BusyException.class);
    all.close();
  }

  @Test
  void zeroMeansAPartOfTheHeap() {
    assertThat(MemoryBudget.orPartOfHeap(DataSize.ofBytes(0), 4).toBytes())
        .isEqualTo(Runtime.getRuntime().maxMemory() / 4);
    assertThat(MemoryBudget.orPartOfHeap(DataSize.ofMegabytes(7), 4))
        .isEqualTo(DataSize.ofMegabytes(7));
  }
}
