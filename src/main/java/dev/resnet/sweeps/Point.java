package dev.resnet.sweeps;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of one job of a sweep.
 *
 * @param number counted from 1
 * @param values by path, in the order of the request
 * @param job its id; null once the job was deleted
 * @param stoppedAtEpoch the epoch after which the median rule stopped it; null if it did not
 */
public record Point(
    int number,
    Map<String, @Nullable Object> values,
    @Nullable String job,
    @Nullable Integer stoppedAtEpoch) {
  static final String SEED = "seed";

  /** The values without the seed: jobs that have these in common differ by chance alone. */
  public Map<String, @Nullable Object> configuration() {
    Map<String, @Nullable Object> others = new LinkedHashMap<>(values);
    others.remove(SEED);
    return others;
  }
}
