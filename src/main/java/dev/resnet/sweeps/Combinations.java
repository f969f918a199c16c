package dev.resnet.sweeps;

import dev.resnet.data.CounterRandom;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which values the jobs of a sweep have: for each list of values, the index of one of them. */
public final class Combinations {
  private Combinations() {}

  /**
   * How many there are; {@link Long#MAX_VALUE} if there are more.
   *
   * @param sizes of the lists of values; at least one list, none empty
   */
  public static long count(List<Integer> sizes) {
    long count = 1;
    for (int size : sizes) {
      if (count > Long.MAX_VALUE / size) {
        return Long.MAX_VALUE;
      }
      count *= size;
    }
    return count;
  }

  /** All of them; the last list changes fastest, like the innermost of nested loops. */
  public static List<List<Integer>> grid(List<Integer> sizes) {
    List<List<Integer>> all = List.of(List.of());
    for (int size : sizes) {
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> start : all) {
        for (int index = 0; index < size; index++) {
          List<Integer> combination = new ArrayList<>(start);
          combination.add(index);
          longer.add(List.copyOf(combination));
        }
      }
      all = longer;
    }
    return all;
  }

  /**
   * Distinct ones, each combination equally likely, in the order in which they are drawn. The same
   * seed draws the same.
   *
   * @param limit how many; all of them, in a random order, if there are fewer
   */
  public static List<List<Integer>> random(List<Integer> sizes, int limit, long seed) {
    long wanted = Math.min(limit, count(sizes));
    var random = new CounterRandom(seed, 0, 0);
    Set<List<Integer>> drawn = new LinkedHashSet<>();
    while (drawn.size() < wanted) {
      drawn.add(sizes.stream().map(size -> (int) random.between(0, size)).toList());
    }
    return List.copyOf(drawn);
  }
}
