package dev.resnet.models;

/** The volume is full, so nothing was stored. The message is for the client. */
public final class NoRoomException extends RuntimeException {
  NoRoomException(Throwable cause) {
    super(
        "The volume of resnet.home is full, so nothing was stored. Free some space, for example by"
            + " deleting data sets, models or jobs, then send it again.",
        cause);
  }
}
