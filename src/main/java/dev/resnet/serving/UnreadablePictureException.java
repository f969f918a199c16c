package dev.resnet.serving;

import org.jspecify.annotations.Nullable;

/**
 * A file that is not a picture the network can look at. The message says why and what to send
 * instead; it continues "the image …".
 */
public class UnreadablePictureException extends Exception {
  private final boolean tooLarge;

  public UnreadablePictureException(String message) {
    this(message, false, null);
  }

  private UnreadablePictureException(String message, boolean tooLarge, @Nullable Throwable cause) {
    super(message, cause);
    this.tooLarge = tooLarge;
  }

  static UnreadablePictureException because(String message, Throwable cause) {
    return new UnreadablePictureException(message, false, cause);
  }

  static UnreadablePictureException tooLarge(String message) {
    return new UnreadablePictureException(message, true, null);
  }

  /** The file has more bytes than the limit, whatever is in it. */
  public boolean isTooLarge() {
    return tooLarge;
  }
}
