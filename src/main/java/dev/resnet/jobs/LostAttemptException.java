package dev.resnet.jobs;

/** Another worker has taken the job up since: this attempt must write nothing more. */
final class LostAttemptException extends RuntimeException {
  LostAttemptException(String job, int attempt) {
    super("attempt %d no longer owns the job %s".formatted(attempt, job));
  }
}
