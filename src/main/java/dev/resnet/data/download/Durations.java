package dev.resnet.data.download;

import java.time.Duration;

/** Durations as messages name them. */
final class Durations {
  private Durations() {}

  /** {@code 60 s}, {@code 1.5 s}, {@code 20 ms}. */
  static String inWords(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1000) {
      return millis + " ms";
    }
    return (millis % 1000 == 0 ? String.valueOf(millis / 1000) : String.valueOf(millis / 1000.0))
        + " s";
  }
}
