package dev.resnet.training;

/**
 * Augmentation of the training images: zero-padding after normalisation, a random crop of the
 * original size, a random flip.
 *
 * @param cropPadding pixels on each side, 0 to 16; 4 gives the 9×9 crop positions of He et al.
 *     (2015), section 4.2
 * @param horizontalFlip whether to flip each image with probability one half
 */
public record Augmentation(int cropPadding, boolean horizontalFlip) {
  public static final Augmentation NONE = new Augmentation(0, false);
}
