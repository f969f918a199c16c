package dev.resnet.data.folder;

import dev.resnet.pictures.ImageShape;
import java.util.ArrayList;
import java.util.List;

/**
 * Mean and standard deviation of each channel, without all pictures in memory; the same bits as
 * {@link dev.resnet.data.ImageSet#normalization()}.
 */
final class ChannelSums {
  private final long[] sums = new long[ImageShape.CHANNELS];
  private final long[] squares = new long[ImageShape.CHANNELS];
  private long pixels;

  void add(byte[] picture) {
    for (int c = 0; c < ImageShape.CHANNELS; c++) {
      long sum = 0;
      long square = 0;
      for (int at = c; at < picture.length; at += ImageShape.CHANNELS) {
        int value = picture[at] & 0xff;
        sum += value;
        square += value * value;
      }
      sums[c] += sum;
      squares[c] += square;
    }
    pixels += picture.length / ImageShape.CHANNELS;
  }

  /** In [0, 1]. */
  List<Float> mean() {
    List<Float> mean = new ArrayList<>();
    for (long sum : sums) {
      mean.add((float) (sum / (double) pixels / 255));
    }
    return mean;
  }

  /** In (0, 1]; 1 for a constant channel. */
  List<Float> standardDeviation() {
    List<Float> deviation = new ArrayList<>();
    for (int c = 0; c < sums.length; c++) {
      double n = pixels;
      double mean = sums[c] / n;
      double variance = squares[c] / n - mean * mean;
      deviation.add(variance > 0 ? (float) (Math.sqrt(variance) / 255) : 1f);
    }
    return deviation;
  }
}
