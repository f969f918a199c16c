package dev.resnet.jobs;

/** Another worker has claimed the job since, so this attempt must not write any more. */
final class LostAttemptException extends RuntimeException {
  LostAttemptException(String job, int attempt) {
    super("attempt %d no longer owns the job %s".formatted(attempt, job));
  }
}
