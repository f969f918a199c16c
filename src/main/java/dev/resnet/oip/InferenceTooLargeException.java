package dev.resnet.oip;

/** A request over a limit of the service. The message, for the client, names the limit. */
public final class InferenceTooLargeException extends RuntimeException {
  InferenceTooLargeException(String message) {
    super(message);
  }
}
