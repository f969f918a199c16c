package dev.resnet.data.upload;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The row of a data set's last upload.
 *
 * @param id also the folder of its archive
 * @param options what the request asked for, as JSON
 * @param attempt number of attempts at the conversion so far
 * @param progress converted part, 0 to 1
 * @param error {@code FAILED}: why. {@code CONVERTING}: what delays it; null otherwise
 */
record Upload(
    String name,
    String id,
    Status status,
    String options,
    int attempt,
    double progress,
    @Nullable String error,
    Instant createdAt) {

  enum Status {
    CONVERTING,
    FAILED
  }

  boolean isConverting() {
    return status == Status.CONVERTING;
  }

  Upload nextAttempt() {
    return new Upload(name, id, status, options, attempt + 1, progress, null, createdAt);
  }
}
