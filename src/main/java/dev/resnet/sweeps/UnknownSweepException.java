package dev.resnet.sweeps;

/** There is no such sweep. */
public final class UnknownSweepException extends RuntimeException {
  UnknownSweepException(String id) {
    super("There is no sweep %s.".formatted(id));
  }
}
