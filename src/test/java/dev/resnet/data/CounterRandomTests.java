package dev.resnet.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CounterRandomTests {

  @Test
  void shufflesIntoAPermutationThatDependsOnSeedAndEpochOnly() {
    int[] order = CounterRandom.permutation(1000, 1, 0);

    assertThat(Arrays.stream(order).sorted().toArray())
        .isEqualTo(IntStream.range(0, 1000).toArray());
    assertThat(order).isEqualTo(CounterRandom.permutation(1000, 1, 0));
    assertThat(order).isNotEqualTo(CounterRandom.permutation(1000, 1, 1));
    assertThat(order).isNotEqualTo(CounterRandom.permutation(1000, 2, 0));
  }

  @Test
  void staysTheSameOverReleases() {
    // A checkpoint of an older release must go on as it began: these numbers never change.
    assertThat(CounterRandom.permutation(8, 1, 0)).containsExactly(6, 1, 4, 2, 5, 3, 7, 0);
  }

  @Test
  void drawsEachCropPositionAndEachFlipEquallyOften() {
    int draws = 81_000;
    int[] rows = new int[9];
    int[] both = new int[81];
    int flips = 0;
    for (int i = 0; i < draws; i++) {
      var random = new CounterRandom(5, 3, i);
      int row = random.below(9, CounterRandom.Use.CROP_ROW);
      int column = random.below(9, CounterRandom.Use.CROP_COLUMN);
      rows[row]++;
      both[row * 9 + column]++;
      flips += random.below(2, CounterRandom.Use.FLIP);
    }

    // Six standard deviations of a binomial count.
    assertThat(Arrays.stream(rows).boxed()).allMatch(n -> Math.abs(n - 9000) <= 540);
    assertThat(Arrays.stream(both).boxed()).allMatch(n -> Math.abs(n - 1000) <= 190);
    assertThat(flips).isBetween(40_500 - 854, 40_500 + 854);
  }
}
