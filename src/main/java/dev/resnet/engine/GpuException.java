package dev.resnet.engine;

/** A GPU failed or refused a call; the message is written for users. */
public abstract class GpuException extends RuntimeException {
  /** What can be done about it. */
  public enum Kind {
    /** Its memory is full: the same work fails again unless it becomes smaller. */
    OUT_OF_MEMORY,
    /** This process can't use the GPU any more; a new process may be able to. */
    LOST,
    /** Somebody else uses it; later it may be free. */
    BUSY,
    /** Anything else, such as a wrong argument: a retry would fail in the same way. */
    REFUSED
  }

  private final Kind kind;

  protected GpuException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
