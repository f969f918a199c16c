package dev.resnet.models;

import org.jspecify.annotations.Nullable;

/** A version can't be exported. The message is for the client. */
public final class ExportRefusedException extends RuntimeException {
  /** What keeps it from being exported. */
  public enum Reason {
    /** The version's own file is missing or has changed. */
    DAMAGED,
    /** The volume is full. */
    NO_ROOM
  }

  private final Reason reason;

  private ExportRefusedException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  static ExportRefusedException damaged(
      ModelVersion version, String how, @Nullable Throwable cause) {
    return new ExportRefusedException(
        Reason.DAMAGED,
        "The file of %s %s; restore it from a backup, or export another version."
            .formatted(version.label(), how),
        cause);
  }

  static ExportRefusedException noRoom(ModelVersion version, Throwable cause) {
    return new ExportRefusedException(
        Reason.NO_ROOM,
        ("The volume of resnet.home is full, so %s can't be exported. Free some space, then try"
                + " again; format=dl4j needs none.")
            .formatted(version.label()),
        cause);
  }

  public Reason reason() {
    return reason;
  }
}
