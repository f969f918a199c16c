package dev.resnet.sweeps;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CombinationsTests {

  @Test
  void theLastListOfAGridChangesFastest() {
    assertThat(Combinations.grid(List.of(2, 3)))
        .containsExactly(
            List.of(0, 0),
            List.of(0, 1),
            List.of(0, 2),
            List.of(1, 0),
            List.of(1, 1),
            List.of(1, 2));
    assertThat(Combinations.grid(List.of(1))).containsExactly(List.of(0));
  }

  @Test
  void aGridHasAsManyAsAreCounted() {
    for (List<Integer> sizes : List.of(List.of(1), List.of(4), List.of(2, 1, 3), List.of(5, 5))) {
      assertThat(Combinations.grid(sizes)).hasSize((int) Combinations.count(sizes));
    }
    assertThat(Combinations.count(Collections.nCopies(63, 2))).isEqualTo(Long.MAX_VALUE);
    assertThat(Combinations.count(Collections.nCopies(62, 2))).isEqualTo(1L << 62);
    assertThat(Combinations.count(Collections.nCopies(40, 100))).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aRandomChoiceIsOfDifferentCombinationsAndFollowsFromItsSeed() {
    List<Integer> sizes = List.of(3, 4, 5);
    for (int limit : new int[] {1, 7, 59, 60}) {
      List<List<Integer>> drawn = Combinations.random(sizes, limit, 1);
      assertThat(drawn).hasSize(limit).doesNotHaveDuplicates();
      assertThat(Combinations.grid(sizes)).containsAll(drawn);
      assertThat(Combinations.random(sizes, limit, 1)).isEqualTo(drawn);
    }
    assertThat(Combinations.random(sizes, 10, 2)).isNotEqualTo(Combinations.random(sizes, 10, 1));
    assertThat(Combinations.random(sizes, 3, 1))
        .containsExactly(List.of(2, 3, 2), List.of(2, 2, 4), List.of(0, 1, 4));
  }

  @Test
  void aRandomChoiceOfMoreThanThereAreIsAllOfThem() {
    List<List<Integer>> drawn = Combinations.random(List.of(2, 3), 1000, 5);
    assertThat(new HashSet<>(drawn)).hasSize(6);
    assertThat(drawn).hasSize(6);
  }

  @Test
  void eachCombinationIsEquallyLikely() {
    Map<List<Integer>, Integer> first = new HashMap<>();
    for (long seed = 0; seed < 6000; seed++) {
      first.merge(Combinations.random(List.of(2, 3), 1, seed).get(0), 1, Integer::sum);
    }
    assertThat(first).hasSize(6);
    // Five standard deviations of a binomial with n = 6000, p = 1/6.
    first.forEach((combination, count) -> assertThat(count).isBetween(1000 - 145, 1000 + 145));
  }

  @Test
  void aSpaceThatIsTooLargeToCountCanBeDrawnFrom() {
    assertThat(Combinations.random(Collections.nCopies(40, 100), 200, 1))
        .hasSize(200)
        .doesNotHaveDuplicates();
  }
}
