package dev.resnet.pictures;

import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

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

  /** For an image of more bytes than one may have. */
  public static UnreadablePictureException largerThan(DataSize limit) {
    return new UnreadablePictureException(
        "has more than %d bytes, the most that one image may have; send a smaller one"
            .formatted(limit.toBytes()),
        true,
        null);
  }

  /** The file has more bytes than the limit, whatever is in it. */
  public boolean isTooLarge() {
    return tooLarge;
  }
}
