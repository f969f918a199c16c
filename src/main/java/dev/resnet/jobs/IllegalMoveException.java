package dev.resnet.jobs;

/** The job's status does not allow this action; the message is meant for the user. */
public final class IllegalMoveException extends RuntimeException {
  IllegalMoveException(TrainingJob job, String move) {
    super(
        "The job %s is %s and can't be %s%s."
            .formatted(job.id(), job.status(), move, reason(job, move)));
  }

  IllegalMoveException(String message) {
    super(message);
  }

  /** The reason, for actions that a user asks for. */
  private static String reason(TrainingJob job, String move) {
    return switch (move) {
      case "resumed" ->
          job.status() == JobStatus.SUCCEEDED
              ? ": it has completed all epochs; submit a new job to train again"
              : ": it is already queued or running";
      case "paused" ->
          job.status() == JobStatus.PAUSED
              ? " again; POST /api/v1/training-jobs/%s/resume resumes it".formatted(job.id())
              : ": it has ended";
      case "given another priority" ->
          job.status() == JobStatus.SUCCEEDED
              ? ": it has ended"
              : ": it has ended; resume it first";
      case "cancelled" ->
          job.status() == JobStatus.SUCCEEDED
              ? ": it has ended, and its model is registered"
              : ": it has ended; POST /api/v1/training-jobs/%s/resume resumes it"
                  .formatted(job.id());
      default -> "";
    };
  }
}
