package dev.resnet.jobs;

/** The job would not fit into memory. The message is for the client. */
public final class TooLittleMemoryException extends RuntimeException {
  TooLittleMemoryException(String message) {
    super(message);
  }
}
