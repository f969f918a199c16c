package dev.resnet.sweeps;

/** The state of the sweep's jobs does not allow this; the message is for the client. */
public final class SweepConflictException extends RuntimeException {
  SweepConflictException(String message) {
    super(message);
  }
}
