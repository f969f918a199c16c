package dev.resnet.data;

import java.util.stream.IntStream;

/**
 * Training images divided into those to train on and those held out for validation.
 *
 * <p>The split depends on the images, the fraction and the seed alone. It is made class by class: a
 * class of two images or more keeps at least one for training and gives at least one; a class of
 * one image gives none.
 *
 * <p>It has indices instead of images: a copy of a large data set would not fit into memory.
 *
 * @param train the indices of the images to train on, ascending
 * @param validation the indices of the images held out, ascending
 */
public record ValidationSplit(int[] train, int[] validation) {
  /** Above this fraction, a class of three images could lose more than half of them. */
  public static final double LARGEST_FRACTION = 0.5;

  /**
   * Streams of random numbers from here downwards, one for each class. Epochs use the streams from
   * 0 upwards, samples by class those from -1 downwards.
   */
  private static final int STREAM = -1_000_000;

  /**
   * @param fraction in [0, {@value #LARGEST_FRACTION}]; 0 holds out nothing
   * @param seed another seed holds out other images
   */
  public static ValidationSplit of(ImageSet images, double fraction, long seed) {
    boolean[] heldOut = new boolean[images.count()];
    if (fraction > 0) {
      int classes = IntStream.range(0, images.count()).map(images::label).max().orElse(-1) + 1;
      int[][] byClass = new int[classes][];
      for (int c = 0; c < classes; c++) {
        int label = c;
        byClass[c] =
            IntStream.range(0, images.count()).filter(i -> images.label(i) == label).toArray();
        int[] order = CounterRandom.permutation(byClass[c].length, seed, STREAM - c);
        for (int i = 0; i < heldOut(byClass[c].length, fraction); i++) {
          heldOut[byClass[c][order[i]]] = true;
        }
      }
    }
    return new ValidationSplit(indices(heldOut, false), indices(heldOut, true));
  }

  /** How many images a class of this size gives. */
  private static int heldOut(int count, double fraction) {
    // The product of a decimal fraction and a count may be just below a whole number.
    return count < 2 ? 0 : Math.max(1, (int) (count * fraction + 1e-9));
  }

  private static int[] indices(boolean[] heldOut, boolean which) {
    return IntStream.range(0, heldOut.length).filter(i -> heldOut[i] == which).toArray();
  }

  /**
   * The number of images that remain for training, if only the totals are known: never more than
   * {@link #of} leaves, and at most two less for each class.
   */
  public static int leastTraining(int images, int classes, double fraction) {
    if (fraction == 0) {
      return images;
    }
    int inProportion = images - (int) (images * fraction + 1e-9) - classes;
    return Math.max((images + 1) / 2, inProportion);
  }
}
