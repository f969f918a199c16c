package dev.resnet.serving;

import java.util.Arrays;

/**
 * The class-activation map of one image (Zhou et al., 2016, section 2).
 *
 * @param index of the class that it belongs to: the most probable one of the image
 * @param values [rows, columns], row by row from the top left; their mean plus the class's bias is
 *     the class's logit
 */
public record HeatMap(int index, float[][] values) {

  /**
   * @param values of a square, c-ordered
   */
  static HeatMap of(int index, float[] values) {
    int side = (int) Math.round(Math.sqrt(values.length));
    float[][] rows = new float[side][];
    for (int row = 0; row < side; row++) {
      rows[row] = Arrays.copyOfRange(values, row * side, (row + 1) * side);
    }
    return new HeatMap(index, rows);
  }

  /** The index of the most probable class, of equal ones the first. */
  static int best(float[] probabilities) {
    int best = 0;
    for (int i = 1; i < probabilities.length; i++) {
      if (probabilities[i] > probabilities[best]) {
        best = i;
      }
    }
    return best;
  }
}
