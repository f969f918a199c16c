package dev.resnet.data;

/** A data set can't be used or changed as asked; the message says why, and what to do. */
public final class DatasetRefusedException extends RuntimeException {

  /** Why it is refused. */
  public enum Reason {
    /** There is no such data set, version or class. */
    UNKNOWN,
    /** Its present state does not allow it. */
    CONFLICT,
    /** It would never fit, whatever is deleted. */
    TOO_LARGE,
    /** There is no room for it now. */
    NO_ROOM,
    /** Its files can't be written. */
    UNAVAILABLE
  }

  private final Reason reason;

  public DatasetRefusedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
