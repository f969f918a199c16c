package dev.resnet.oip;

/** A request for an inference that its client has to change. The message is for the client. */
public final class InvalidInferenceException extends RuntimeException {
  public InvalidInferenceException(String message) {
    super(message);
  }
}
