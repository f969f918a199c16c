package dev.resnet.jobs;

/** The training would not fit into the memory. The message is for the client. */
public final class TooLittleMemoryException extends RuntimeException {
  TooLittleMemoryException(String message) {
    super(message);
  }
}
