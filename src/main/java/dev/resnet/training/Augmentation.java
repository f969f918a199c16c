package dev.resnet.training;

/**
 * Augmentation of the training images: zero-padding after normalisation, a random crop of the
 * original size, a random flip, a random square set to zero.
 *
 * @param cropPadding pixels on each side, 0 to 16; 4 gives the 9×9 crop positions of He et al.
 *     (2015), section 4.2
 * @param horizontalFlip whether to flip each image with probability one half
 * @param cutout side of the square in pixels, at most the image's; 0 for none. Its centre is
 *     anywhere in the image, and what lies outside is cut off (DeVries and Taylor, 2017)
 */
public record Augmentation(int cropPadding, boolean horizontalFlip, int cutout) {
  public static final Augmentation NONE = new Augmentation(0, false);

  /** Without cutout. */
  public Augmentation(int cropPadding, boolean horizontalFlip) {
    this(cropPadding, horizontalFlip, 0);
  }
}
