package dev.resnet.pictures;

import java.io.IOException;

/**
 * Brings a square to 32×32: shrinks by the mean over the area that each pixel covers, enlarges by
 * bicubic interpolation (Catmull-Rom). Both are separable, so one source row at a time is enough.
 */
final class Resampler {
  private static final int SIZE = Picture.SIZE;

  private Resampler() {}

  /** The source positions that one target position is made of, along one axis. */
  private record Taps(int start, float[] weights) {}

  /**
   * @param rows of a square, {@code side} of them
   */
  static Picture square(SquareRows rows, int side) throws IOException, UnreadablePictureException {
    int[] source = new int[side * 3];
    if (side == SIZE) {
      return exact(rows, source);
    }
    Taps[] taps = side > SIZE ? area(side) : cubic(side);
    float[][] sum = new float[SIZE][SIZE * 3];
    float[] narrow = new float[SIZE * 3];
    for (int y = 0; y < side; y++) {
      rows.next(source);
      narrow(source, taps, narrow);
      for (int row = 0; row < SIZE; row++) {
        int tap = y - taps[row].start();
        if (tap >= 0 && tap < taps[row].weights().length) {
          add(narrow, taps[row].weights()[tap], sum[row]);
        }
      }
    }
    return picture(sum);
  }

  /** Nothing to resample: each pixel as it is. */
  private static Picture exact(SquareRows rows, int[] row)
      throws IOException, UnreadablePictureException {
    byte[] pixels = new byte[Picture.BYTES];
    for (int y = 0; y < SIZE; y++) {
      rows.next(row);
      for (int x = 0; x < SIZE; x++) {
        for (int c = 0; c < 3; c++) {
          pixels[c * Picture.PLANE + y * SIZE + x] = (byte) row[3 * x + c];
        }
      }
    }
    return new Picture(pixels);
  }

  /** One source row [side, 3] to [32, 3]. */
  private static void narrow(int[] source, Taps[] taps, float[] narrow) {
    for (int x = 0; x < SIZE; x++) {
      float[] weights = taps[x].weights();
      float red = 0;
      float green = 0;
      float blue = 0;
      int at = 3 * taps[x].start();
      for (float weight : weights) {
        red += weight * source[at++];
        green += weight * source[at++];
        blue += weight * source[at++];
      }
      narrow[3 * x] = red;
      narrow[3 * x + 1] = green;
      narrow[3 * x + 2] = blue;
    }
  }

  private static void add(float[] row, float weight, float[] sum) {
    for (int i = 0; i < row.length; i++) {
      sum[i] += weight * row[i];
    }
  }

  private static Picture picture(float[][] rgb) {
    byte[] pixels = new byte[Picture.BYTES];
    for (int i = 0; i < pixels.length; i++) {
      int at = i % Picture.PLANE;
      float value = rgb[at / SIZE][3 * (at % SIZE) + i / Picture.PLANE];
      // Bicubic interpolation overshoots at edges.
      pixels[i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
    }
    return new Picture(pixels);
  }

  /** Target position i covers [i, i+1)·side/32; a source pixel counts by its share in it. */
  private static Taps[] area(int side) {
    var taps = new Taps[SIZE];
    double scale = (double) side / SIZE;
    for (int i = 0; i < SIZE; i++) {
      double from = i * scale;
      double to = (i + 1) * scale;
      int start = (int) Math.floor(from);
      int end = Math.min(side, (int) Math.ceil(to));
      float[] weights = new float[end - start];
      for (int s = start; s < end; s++) {
        weights[s - start] = (float) ((Math.min(to, s + 1) - Math.max(from, s)) / scale);
      }
      taps[i] = new Taps(start, weights);
    }
    return taps;
  }

  /** Four neighbours of the target position's centre; beyond the edge the edge repeats. */
  private static Taps[] cubic(int side) {
    var taps = new Taps[SIZE];
    for (int i = 0; i < SIZE; i++) {
      double centre = (i + 0.5) * side / SIZE - 0.5;
      int first = (int) Math.floor(centre) - 1;
      int start = clamp(first, side);
      float[] weights = new float[clamp(first + 3, side) - start + 1];
      for (int s = first; s < first + 4; s++) {
        weights[clamp(s, side) - start] += (float) catmullRom(Math.abs(centre - s));
      }
      taps[i] = new Taps(start, weights);
    }
    return taps;
  }

  private static int clamp(int position, int side) {
    return Math.max(0, Math.min(side - 1, position));
  }

  /** Keys' cubic convolution kernel with a = -1/2. */
  private static double catmullRom(double x) {
    if (x < 1) {
      return (1.5 * x - 2.5) * x * x + 1;
    }
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
  }
}
