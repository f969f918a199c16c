package dev.resnet.models;

/** There is no such model or version. The message is for the client and lists what exists. */
public final class UnknownModelException extends RuntimeException {
  UnknownModelException(String message) {
    super(message);
  }
}
