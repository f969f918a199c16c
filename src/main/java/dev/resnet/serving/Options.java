package dev.resnet.serving;

/**
 * What a classification does beside the plain forward pass.
 *
 * @param flip whether to average the probabilities of each image with those of its mirror image
 * @param heatmap whether to add a heat map of each image
 */
public record Options(boolean flip, boolean heatmap) {
  /** The plain forward pass. */
  public static final Options NONE = new Options(false, false);
}
