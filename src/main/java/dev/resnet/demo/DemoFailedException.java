package dev.resnet.demo;

/** The demo can't go on; the message is for the person who watches it. */
final class DemoFailedException extends RuntimeException {
  DemoFailedException(String message) {
    super(message);
  }

  DemoFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
