package dev.resnet.demo;

/** The demo can't continue; the message is for the user. */
final class DemoFailedException extends RuntimeException {
  DemoFailedException(String message) {
    super(message);
  }

  DemoFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
