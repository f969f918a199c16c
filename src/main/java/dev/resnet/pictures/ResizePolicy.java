package dev.resnet.pictures;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * How an image of another size becomes a square of the network's size. A data set chooses it, and
 * every model trained on that data set keeps it, so training and classification see the same
 * pixels.
 */
public enum ResizePolicy {
  /** The largest centred square is resized. Nothing is distorted; the edges are lost. */
  CROP,
  /** The whole image is resized, its width and height each on their own: it is distorted. */
  SQUASH,
  /** The whole image is resized to fit, and centred on black. Nothing is lost or distorted. */
  PAD;

  /** The name in requests, answers and rows. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException if there is no such policy
   */
  @JsonCreator
  public static ResizePolicy of(String wireName) {
    for (ResizePolicy policy : values()) {
      if (policy.wireName().equals(wireName)) {
        return policy;
      }
    }
    throw new IllegalArgumentException(
        "'%s' is no resize policy; there are crop, squash and pad".formatted(wireName));
  }

  /** The part of a stored image that is used. */
  Region region(int width, int height) {
    return this == CROP ? Region.square(width, height) : Region.whole(width, height);
  }

  /**
   * The side of a resized image, in pixels.
   *
   * @param side of the region
   * @param longer of the region's sides
   * @param size of the result
   */
  int resized(int side, int longer, int size) {
    return this == PAD ? Math.max(1, (int) Math.round((double) side * size / longer)) : size;
  }
}
