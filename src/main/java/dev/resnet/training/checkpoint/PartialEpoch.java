package dev.resnet.training.checkpoint;

import dev.resnet.engine.Tally;

/**
 * What a checkpoint within an epoch holds in addition: the part {@code partialEpoch} of its {@code
 * training.json}.
 *
 * @param steps completed steps of the epoch
 * @param images on which the sums were measured
 * @param crossEntropy sum over these images, in nats; the JSON number is exact
 * @param correct number of images that were classified correctly
 * @param seconds of training in this epoch so far
 */
public record PartialEpoch(
    int steps, long images, double crossEntropy, long correct, double seconds) {

  public static PartialEpoch of(int steps, Tally tally, double seconds) {
    return new PartialEpoch(steps, tally.images(), tally.crossEntropy(), tally.correct(), seconds);
  }

  /** The sums over the steps so far. */
  public Tally tally() {
    return new Tally(images, crossEntropy, correct);
  }
}
