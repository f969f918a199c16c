package dev.resnet.pictures;

import java.io.IOException;

/**
 * Resizes a square to the network's shape: shrinks by area averaging, enlarges by bicubic
 * interpolation (Catmull-Rom). Both are separable, so one source row at a time is enough.
 */
final class Resampler {
  private final ImageShape shape;
  private final int size;

  Resampler(ImageShape shape) {
    this.shape = shape;
    this.size = shape.size();
  }

  /** The source positions and weights of one target position, along one axis. */
  private record Taps(int start, float[] weights) {}

  /**
   * @param the rows of the square, {@code side} of them
   */
  Picture square(SquareRows rows, int side) throws IOException, UnreadablePictureException {
    int[] source = new int[side * 3];
    if (side == size) {
      return exact(rows, source);
    }
    Taps[] taps = side > size ? area(side) : cubic(side);
    float[][] sum = new float[size][size * 3];
    float[] narrow = new float[size * 3];
    for (int y = 0; y < side; y++) {
      rows.next(source);
      narrow(source, taps, narrow);
      for (int row = 0; row < size; row++) {
        int tap = y - taps[row].start();
        if (tap >= 0 && tap < taps[row].weights().length) {
          add(narrow, taps[row].weights()[tap], sum[row]);
        }
      }
    }
    return picture(sum);
  }

  /** Copies a square that already has the target size. */
  private Picture exact(SquareRows rows, int[] row) throws IOException, UnreadablePictureException {
    byte[] pixels = new byte[shape.values()];
    for (int y = 0; y < size; y++) {
      rows.next(row);
      for (int i = 0; i < row.length; i++) {
        pixels[y * row.length + i] = (byte) row[i];
      }
    }
    return new Picture(shape, pixels);
  }

  /** One source row [side, 3] to [size, 3]. */
  private void narrow(int[] source, Taps[] taps, float[] narrow) {
    for (int x = 0; x < size; x++) {
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

  private void add(float[] row, float weight, float[] sum) {
    for (int i = 0; i < row.length; i++) {
      sum[i] += weight * row[i];
    }
  }

  private Picture picture(float[][] rgb) {
    byte[] pixels = new byte[shape.values()];
    for (int i = 0; i < pixels.length; i++) {
      float value = rgb[i / (3 * size)][i % (3 * size)];
      // Bicubic interpolation overshoots at edges.
      pixels[i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
    }
    return new Picture(shape, pixels);
  }

  /** Target position i covers [i, i+1)·side/size; a source pixel's weight is its overlap. */
  private Taps[] area(int side) {
    var taps = new Taps[size];
    double scale = (double) side / size;
    for (int i = 0; i < size; i++) {
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

  /**
   * The four source neighbours of the target centre; the edge pixel is repeated beyond the edge.
   */
  private Taps[] cubic(int side) {
    var taps = new Taps[size];
    for (int i = 0; i < size; i++) {
      double centre = (i + 0.5) * side / size - 0.5;
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
