package dev.resnet.jobs.web;

import dev.resnet.api.Problems;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** The query parameter {@code wait}. */
final class WaitParameter {
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final String RANGE = "must be a time from 0s to 60s, such as 30s or 30";

  private WaitParameter() {}

  /** Zero if it is not given. */
  static Duration read(@Nullable String wait, @Nullable Integer afterEpoch) {
    Problems problems = new Problems();
    Duration read = Duration.ZERO;
    if (wait != null && !wait.isBlank()) {
      read = read(wait, problems);
    } else if (afterEpoch != null) {
      problems.add("after_epoch", "needs wait, such as wait=30s");
    }
    problems.throwIfAny();
    return read;
  }

  private static Duration read(String wait, Problems problems) {
    try {
      Duration read = DurationStyle.detectAndParse(wait.strip(), ChronoUnit.SECONDS);
      if (!read.isNegative() && read.compareTo(LONGEST) <= 0) {
        return read;
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      // Not a time; the message below says what is.
    }
    problems.add("wait", RANGE + ", was '" + Problems.abbreviated(wait, 40) + "'");
    return Duration.ZERO;
  }
}
