package dev.resnet.training;

/**
 * What is done to each training image: zero-padding after normalising, a random crop of the
 * original size, a random flip.
 *
 * @param cropPadding pixels on each side, 0 to 16; 4 gives the 9×9 crop positions of He et al.
 *     (2015), section 4.2
 * @param horizontalFlip with probability one half
 */
public record Augmentation(int cropPadding, boolean horizontalFlip) {
  public static final Augmentation NONE = new Augmentation(0, false);
}
