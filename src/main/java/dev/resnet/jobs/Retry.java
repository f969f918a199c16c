package dev.resnet.jobs;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What passing faults have done to a job since its last completed epoch.
 *
 * @param count attempts in a row that one of them ended before they completed an epoch
 * @param lastError what ended the last of them; null where none did
 * @param nextAttemptAt when the job is taken up again; null unless it waits for that
 */
public record Retry(int count, @Nullable String lastError, @Nullable Instant nextAttemptAt) {
  public static final Retry NONE = new Retry(0, null, null);

  Retry next(Instant at, String reason) {
    return new Retry(count + 1, reason, at);
  }

  Retry underWay() {
    return new Retry(count, lastError, null);
  }
}
