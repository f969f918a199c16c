package dev.resnet.jobs;

/** A job is in a state that has no such move; the message is meant for the user. */
public class IllegalMoveException extends RuntimeException {
  IllegalMoveException(TrainingJob job, String move) {
    super("The job %s is %s and can't be %s.".formatted(job.id(), job.status(), move));
  }
}
