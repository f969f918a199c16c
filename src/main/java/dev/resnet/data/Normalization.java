package dev.resnet.data;

/**
 * The input scaling of a network: {@code (pixel / 255 - mean) / standardDeviation}, per channel R,
 * G, B.
 *
 * <p>Computed from training images, never from test images; part of every trained model.
 *
 * @param mean three values in [0, 1]
 * @param standardDeviation three values in (0, 1]
 */
public record Normalization(float[] mean, float[] standardDeviation) {

  /**
   * The statistics of all pixels of {@code images}, in double precision; a constant channel counts
   * as deviation 1.
   */
  public static Normalization of(ImageSet images) {
    float[] mean = new float[ImageSet.CHANNELS];
    float[] deviation = new float[ImageSet.CHANNELS];
    byte[] pixels = images.pixels();
    double n = (double) images.count() * ImageSet.PLANE;
    for (int c = 0; c < ImageSet.CHANNELS; c++) {
      // Sums of bytes are exact in a long: the result does not depend on the order.
      long sum = 0;
      long squares = 0;
      for (int i = 0; i < images.count(); i++) {
        int from = i * ImageSet.IMAGE + c * ImageSet.PLANE;
        for (int p = from; p < from + ImageSet.PLANE; p++) {
          int v = pixels[p] & 0xff;
          sum += v;
          squares += v * v;
        }
      }
      double m = sum / n;
      double variance = squares / n - m * m;
      mean[c] = (float) (m / 255);
      deviation[c] = variance > 0 ? (float) (Math.sqrt(variance) / 255) : 1f;
    }
    return new Normalization(mean, deviation);
  }

  /** The mean in units of a byte. */
  public float meanInBytes(int channel) {
    return mean[channel] * 255;
  }

  /** What one step of a byte is worth after normalising. */
  public float scalePerByte(int channel) {
    return 1 / (standardDeviation[channel] * 255);
  }

  /**
   * One unsigned byte, normalised; two roundings, which every implementation repeats to get the
   * same bits.
   */
  public float normalise(int unsignedByte, int channel) {
    return (unsignedByte - meanInBytes(channel)) * scalePerByte(channel);
  }
}
