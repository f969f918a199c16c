package dev.resnet.data;

/**
 * Random numbers that depend only on where they are used. A resumed training sees exactly the
 * images that it would have seen without the interruption, and image {@code i} of a generated set
 * is the same however many are generated.
 *
 * <p>The mixing function is the finaliser of SplitMix64 (Steele, Lea and Flood, 2014), applied once
 * to the seed and once to each coordinate.
 */
public final class CounterRandom {
  /** The purpose of a number; numbers for two purposes at one position are independent. */
  public enum Use {
    SHUFFLE,
    CROP_ROW,
    CROP_COLUMN,
    FLIP,
    CUTOUT_ROW,
    CUTOUT_COLUMN
  }

  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private final long key;
  private long counter;

  /** The numbers for one position: for an image in an epoch, or for an image in a split. */
  public CounterRandom(long seed, long stream, long position) {
    key = mix(mix(mix(seed) + stream) + position);
  }

  /** The next number for this position. */
  public long nextLong() {
    return mix(key + counter++);
  }

  /** Uniform in [from, to); uses the next number. */
  public double between(double from, double to) {
    return from + (to - from) * ((nextLong() >>> 11) * 0x1.0p-53);
  }

  /** Uniform in [0, bound); does not depend on how many numbers have been drawn. */
  public int below(int bound, Use use) {
    // Multiply-shift: its bias is at most bound / 2^32.
    return (int) (((mix(key + use.ordinal()) >>> 32) * bound) >>> 32);
  }

  /** The order in which an epoch visits its images: a permutation of [0, count). */
  public static int[] permutation(int count, long seed, int epoch) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = new CounterRandom(seed, epoch, i).below(i + 1, Use.SHUFFLE);
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
