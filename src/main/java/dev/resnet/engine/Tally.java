package dev.resnet.engine;

/**
 * Sums over images, from which means are made.
 *
 * @param images how many images were counted
 * @param crossEntropy the sum of their cross entropies in nats, probabilities clipped to [1e-7, 1]
 * @param correct how many had the highest logit at the right class
 */
public record Tally(long images, double crossEntropy, long correct) {
  public static final Tally NONE = new Tally(0, 0, 0);

  public Tally plus(Tally other) {
    return new Tally(
        images + other.images, crossEntropy + other.crossEntropy, correct + other.correct);
  }

  public double meanCrossEntropy() {
    return images == 0 ? 0 : crossEntropy / images;
  }

  public double accuracy() {
    return images == 0 ? 0 : (double) correct / images;
  }
}
