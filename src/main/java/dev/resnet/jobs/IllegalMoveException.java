package dev.resnet.jobs;

/** A job is in a state that has no such move; the message is meant for the user. */
public final class IllegalMoveException extends RuntimeException {
  IllegalMoveException(TrainingJob job, String move) {
    super(
        "The job %s is %s and can't be %s%s."
            .formatted(job.id(), job.status(), move, reason(job, move)));
  }

  IllegalMoveException(String message) {
    super(message);
  }

  /** For the moves that a user asks for. */
  private static String reason(TrainingJob job, String move) {
    return switch (move) {
      case "resumed" ->
          job.status() == JobStatus.SUCCEEDED
              ? ": it has been trained to its end; submit a new job to train again"
              : ": it is under way already";
      case "cancelled" ->
          job.status() == JobStatus.SUCCEEDED
              ? ": it has ended, and its model is registered"
              : ": it has ended; POST /api/v1/training-jobs/%s/resume takes it up again"
                  .formatted(job.id());
      default -> "";
    };
  }
}
