package dev.resnet.data.folder;

import dev.resnet.data.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which pictures are for training and which for the test, and in which order. It depends on the
 * labels, the order of the paths and the seed, and on nothing else.
 *
 * @param train positions of pictures
 * @param test positions of pictures
 */
record SeededSplit(int[] train, int[] test) {
  // Streams of random numbers; those of epochs are not negative, those of samples are -1 to -1000.
  private static final int TRAIN_ORDER = -2_000_000;
  private static final int TEST_ORDER = -2_000_001;
  private static final int DIVISION = -3_000_000;

  /**
   * @param given the split of each picture; all null to divide them
   */
  static SeededSplit of(int[] labels, @Nullable Split[] given, double testFraction, long seed) {
    boolean[] isTest = new boolean[labels.length];
    if (labels.length > 0 && given[0] != null) {
      for (int i = 0; i < labels.length; i++) {
        isTest[i] = given[i] == Split.TEST;
      }
    } else if (testFraction > 0) {
      divide(labels, testFraction, seed, isTest);
    }
    return new SeededSplit(
        ordered(isTest, false, seed, TRAIN_ORDER), ordered(isTest, true, seed, TEST_ORDER));
  }

  /** Each class of at least two pictures keeps at least one on both sides. */
  private static void divide(int[] labels, double testFraction, long seed, boolean[] isTest) {
    int classes = Arrays.stream(labels).max().orElse(-1) + 1;
    List<List<Integer>> byClass = new ArrayList<>();
    IntStream.range(0, classes).forEach(c -> byClass.add(new ArrayList<>()));
    for (int i = 0; i < labels.length; i++) {
      byClass.get(labels[i]).add(i);
    }
    for (int c = 0; c < classes; c++) {
      List<Integer> members = byClass.get(c);
      long wanted = Math.round(members.size() * testFraction);
      long test = Math.min(members.size() - 1, Math.max(1, wanted));
      int[] order = CounterRandom.permutation(members.size(), seed, DIVISION - c);
      for (int i = 0; i < test; i++) {
        isTest[members.get(order[i])] = true;
      }
    }
  }

  private static int[] ordered(boolean[] isTest, boolean test, long seed, int stream) {
    int[] members = IntStream.range(0, isTest.length).filter(i -> isTest[i] == test).toArray();
    return Arrays.stream(CounterRandom.permutation(members.length, seed, stream))
        .map(i -> members[i])
        .toArray();
  }
}
