package dev.resnet.training;

/** A training cannot go on; the message tells the user where and why. */
public class TrainingFailedException extends RuntimeException {
  public TrainingFailedException(String message) {
    super(message);
  }

  public TrainingFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
