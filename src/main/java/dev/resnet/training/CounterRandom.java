package dev.resnet.training;

/**
 * Random numbers as a function of where they are used, not of how many were drawn before: a
 * training that was killed and resumed sees exactly the images it would have seen.
 *
 * <p>The mixing function is the finaliser of SplitMix64 (Steele, Lea and Flood, 2014), applied once
 * per coordinate.
 */
final class CounterRandom {
  /** What a number is used for, so that two uses at one position are independent. */
  enum Use {
    SHUFFLE,
    CROP_ROW,
    CROP_COLUMN,
    FLIP
  }

  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private CounterRandom() {}

  /**
   * A uniform number in [0, bound).
   *
   * @param position of the image within the epoch
   */
  static int below(int bound, long seed, int epoch, int position, Use use) {
    long bits = mix(mix(mix(mix(seed) + epoch) + position) + use.ordinal());
    // Multiply-shift: its bias is at most bound / 2^32.
    return (int) (((bits >>> 32) * bound) >>> 32);
  }

  /** The order in which an epoch visits its images: a permutation of [0, count). */
  static int[] permutation(int count, long seed, int epoch) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = below(i + 1, seed, epoch, i, Use.SHUFFLE);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private static long mix(long value) {
    long z = value + GOLDEN_GAMMA;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
