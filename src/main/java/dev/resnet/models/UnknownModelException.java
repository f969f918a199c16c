package dev.resnet.models;

/** There is no such model or version. The message is for the client: it says what there is. */
public final class UnknownModelException extends RuntimeException {
  UnknownModelException(String message) {
    super(message);
  }
}
