package dev.resnet.training;

/** A training run can't continue; the message tells the user where and why. */
public class TrainingFailedException extends RuntimeException {
  public TrainingFailedException(String message) {
    super(message);
  }

  public TrainingFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
