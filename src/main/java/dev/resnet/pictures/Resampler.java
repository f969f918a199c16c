package dev.resnet.pictures;

import java.io.IOException;

/**
 * Resizes a region: shrinks by area averaging, enlarges by bicubic interpolation (Catmull-Rom).
 * Both are separable, so width and height have scales of their own and one source row at a time is
 * enough.
 */
final class Resampler {
  private final int width;
  private final int height;

  /**
   * @param width of the result
   * @param height of the result
   */
  Resampler(int width, int height) {
    this.width = width;
    this.height = height;
  }

  /** The source positions and weights of one target position, along one axis. */
  private record Taps(int start, float[] weights) {}

  /** Most bytes that resizing takes: a row and its weights, and the weights of all rows. */
  static long memory(Region region) {
    return (3L + 1) * Integer.BYTES * region.width() + (long) Float.BYTES * region.height();
  }

  Pixels resize(RegionRows rows, Region region) throws IOException, UnreadablePictureException {
    int[] source = new int[region.width() * 3];
    if (region.width() == width && region.height() == height) {
      return exact(rows, source);
    }
    Taps[] across = taps(region.width(), width);
    Taps[] down = taps(region.height(), height);
    float[][] sum = new float[height][width * 3];
    float[] narrow = new float[width * 3];
    for (int y = 0; y < region.height(); y++) {
      rows.next(source);
      narrow(source, across, narrow);
      for (int row = 0; row < height; row++) {
        int tap = y - down[row].start();
        if (tap >= 0 && tap < down[row].weights().length) {
          add(narrow, down[row].weights()[tap], sum[row]);
        }
      }
    }
    return pixels(sum);
  }

  /** Copies a region that already has the target size. */
  private Pixels exact(RegionRows rows, int[] row) throws IOException, UnreadablePictureException {
    byte[] rgb = new byte[height * row.length];
    for (int y = 0; y < height; y++) {
      rows.next(row);
      for (int i = 0; i < row.length; i++) {
        rgb[y * row.length + i] = (byte) row[i];
      }
    }
    return new Pixels(width, height, rgb);
  }

  /** One source row [region width, 3] to [width, 3]. */
  private void narrow(int[] source, Taps[] taps, float[] narrow) {
    for (int x = 0; x < width; x++) {
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

  private Pixels pixels(float[][] sum) {
    byte[] rgb = new byte[height * width * 3];
    int at = 0;
    for (float[] row : sum) {
      for (float value : row) {
        // Bicubic interpolation overshoots at edges.
        rgb[at++] = (byte) Math.max(0, Math.min(255, Math.round(value)));
      }
    }
    return new Pixels(width, height, rgb);
  }

  private static Taps[] taps(int from, int to) {
    return from >= to ? area(from, to) : cubic(from, to);
  }

  /** Target position i covers [i, i+1)·side/size; a source pixel's weight is its overlap. */
  private static Taps[] area(int side, int size) {
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
  private static Taps[] cubic(int side, int size) {
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
