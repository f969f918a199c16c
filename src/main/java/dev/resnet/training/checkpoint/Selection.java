package dev.resnet.training.checkpoint;

import org.jspecify.annotations.Nullable;

/**
 * How the epoch of a model was chosen, and its results on the validation images.
 *
 * @param validationLoss mean cross entropy in nats; null without validation images
 * @param validationAccuracy null without validation images
 */
public record Selection(
    By by, @Nullable Double validationLoss, @Nullable Double validationAccuracy) {
  /** Of a training without validation images. */
  public static final Selection LAST_EPOCH = new Selection(By.LAST_EPOCH, null, null);

  /** Test images never choose. */
  public enum By {
    /** It has the best results on the validation images. */
    VALIDATION("validation"),
    /** It is the last one. */
    LAST_EPOCH("last epoch");

    private final String wireName;

    By(String wireName) {
      this.wireName = wireName;
    }

    /** The name in the API. */
    public String wireName() {
      return wireName;
    }

    /** Parses a {@link #wireName}. */
    public static By of(String wireName) {
      return wireName.equals(VALIDATION.wireName) ? VALIDATION : LAST_EPOCH;
    }
  }
}
