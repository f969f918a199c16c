package dev.resnet.jobs;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job's retries since it last got further: a new epoch, or a checkpoint after more steps.
 *
 * @param count consecutive attempts that ended with a passing fault before the job got further
 * @param lastError the error of the latest of them; null if there is none
 * @param nextAttemptAt when the next attempt is due; null unless the job waits for it
 */
public record Retry(int count, @Nullable String lastError, @Nullable Instant nextAttemptAt) {
  public static final Retry NONE = new Retry(0, null, null);

  Retry next(Instant at, String reason) {
    return new Retry(count + 1, reason, at);
  }

  Retry withoutNextAttempt() {
    return new Retry(count, lastError, null);
  }
}
