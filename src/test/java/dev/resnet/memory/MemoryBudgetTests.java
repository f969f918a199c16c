package dev.resnet.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.stream.IntStream;
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
  void smallRequestsDoNotWaitForLargeOnes() {
    var parted =
        MemoryBudget.withPartForSmall(
            DataSize.ofMegabytes(1), Duration.ZERO, "some.setting", "other things");
    assertThat(parted.holds(3 << 18)).isTrue();
    assertThat(parted.holds((3 << 18) + 1)).isFalse();
    try (var large = parted.hold(3 << 18)) {
      assertThatThrownBy(() -> parted.hold((1 << 14) + 1)).isInstanceOf(BusyException.class);
      var small = new ArrayList<MemoryBudget.Hold>();
      for (int i = 0; i < 16; i++) {
        small.add(parted.hold(1 << 14));
      }
      assertThatThrownBy(() -> parted.hold(1 << 14)).isInstanceOf(BusyException.class);
      small.forEach(MemoryBudget.Hold::close);
    }
    parted.hold(3 << 18).close();
    // Small ones may fill the whole budget if no large one needs it.
    var small = IntStream.range(0, 64).mapToObj(i -> parted.hold(1 << 14)).toList();
    assertThatThrownBy(() -> parted.hold(1 << 14)).isInstanceOf(BusyException.class);
    small.forEach(MemoryBudget.Hold::close);
    parted.hold(3 << 18).close();
    try (var later = parted.hold(0)) {
      later.add(3 << 18);
      parted.hold(1 << 14).close();
    }
  }

  @Test
  void zeroMeansAPartOfTheHeap() {
    assertThat(MemoryBudget.orPartOfHeap(DataSize.ofBytes(0), 4).toBytes())
        .isEqualTo(Runtime.getRuntime().maxMemory() / 4);
    assertThat(MemoryBudget.orPartOfHeap(DataSize.ofMegabytes(7), 4))
        .isEqualTo(DataSize.ofMegabytes(7));
  }
}
