package dev.resnet.engine.program;

/** A graph has a layer or a setting that can't be compiled; the message names it. */
public class UnsupportedGraphException extends RuntimeException {
  UnsupportedGraphException(String vertex, String what) {
    super("vertex \"%s\" can't be compiled: %s".formatted(vertex, what));
  }
}
