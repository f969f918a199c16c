package dev.resnet.data;

/**
 * Random numbers that are a function of a key and a position: the same on every machine, whatever
 * was drawn before for other keys. The generator is SplitMix64 (Steele, Lea and Flood, 2014).
 */
final class CounterRandom {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  CounterRandom(long seed, long stream, long index) {
    state = mix(mix(mix(seed) + stream * GOLDEN_GAMMA) + index * GOLDEN_GAMMA);
  }

  long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** Uniform in [from, to). */
  double between(double from, double to) {
    return from + (to - from) * ((nextLong() >>> 11) * 0x1.0p-53);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
