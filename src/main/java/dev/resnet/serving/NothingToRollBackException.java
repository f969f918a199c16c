package dev.resnet.serving;

/** There is no previous version in production to go back to. The message is for the client. */
public final class NothingToRollBackException extends RuntimeException {
  NothingToRollBackException(String message) {
    super(message);
  }
}
