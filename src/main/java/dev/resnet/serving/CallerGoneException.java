package dev.resnet.serving;

/** The client closed its connection while its request waited. Nothing was computed. */
public final class CallerGoneException extends RuntimeException {
  CallerGoneException() {
    super("The client closed the connection before its images were classified.");
  }
}
