package dev.resnet.pictures;

import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/**
 * A file that is not a usable image. The message says why and what to send instead; it continues
 * "the image …".
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

  /** The error for an image file that is too large. */
  public static UnreadablePictureException largerThan(DataSize limit) {
    return new UnreadablePictureException(
        "has more than %d bytes, the limit for one image; send a smaller one"
            .formatted(limit.toBytes()),
        true,
        null);
  }

  /** Whether the file has more bytes than the limit. */
  public boolean isTooLarge() {
    return tooLarge;
  }
}
