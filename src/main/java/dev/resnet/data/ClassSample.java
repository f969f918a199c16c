package dev.resnet.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** A random sample that keeps the proportions of the classes (a stratified sample). */
final class ClassSample {
  private final int[][] byClass;
  private final int[] wanted;
  private final long seed;

  /**
   * @param limit size of the sample, less than the number of images
   */
  ClassSample(ImageSet images, int limit, long seed) {
    int classes = IntStream.range(0, images.count()).map(images::label).max().orElse(-1) + 1;
    this.byClass =
        IntStream.range(0, classes)
            .mapToObj(c -> IntStream.range(0, images.count()).filter(i -> images.label(i) == c))
            .map(IntStream::toArray)
            .toArray(int[][]::new);
    this.wanted = wanted(limit, images.count());
    this.seed = seed;
  }

  /** Images per class: its proportion rounded down, then one more for the largest remainders. */
  private int[] wanted(int limit, int count) {
    int[] parts = new int[byClass.length];
    long[] remainders = new long[byClass.length];
    int left = limit;
    for (int c = 0; c < parts.length; c++) {
      long share = (long) byClass[c].length * limit;
      parts[c] = (int) (share / count);
      remainders[c] = share % count;
      left -= parts[c];
    }
    List<Integer> order =
        IntStream.range(0, parts.length)
            .boxed()
            .sorted(Comparator.comparingLong((Integer c) -> -remainders[c]))
            .toList();
    for (int i = 0; i < left; i++) {
      parts[order.get(i)]++;
    }
    return parts;
  }

  /** The indices of the sample in ascending order. */
  int[] indices() {
    int[] chosen =
        IntStream.range(0, byClass.length)
            .flatMap(
                c -> {
                  // Negative, unlike the numbers of epochs, so that no shuffle uses the same
                  // numbers.
                  int[] order = CounterRandom.permutation(byClass[c].length, seed, -1 - c);
                  return Arrays.stream(order).limit(wanted[c]).map(i -> byClass[c][i]);
                })
            .toArray();
    Arrays.sort(chosen);
    return chosen;
  }
}
