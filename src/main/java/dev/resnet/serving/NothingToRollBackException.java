package dev.resnet.serving;

/** Nothing was in production before. The message is for the client. */
public final class NothingToRollBackException extends RuntimeException {
  NothingToRollBackException(String message) {
    super(message);
  }
}
