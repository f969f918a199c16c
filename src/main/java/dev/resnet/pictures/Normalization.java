package dev.resnet.pictures;

/**
 * The input scaling of a network: {@code (pixel / 255 - mean) / standardDeviation}, per channel R,
 * G, B. Part of every trained model.
 *
 * @param mean three values in [0, 1]
 * @param standardDeviation three values in (0, 1]
 */
public record Normalization(float[] mean, float[] standardDeviation) {

  /** The mean in units of a byte. */
  public float meanInBytes(int channel) {
    return mean[channel] * 255;
  }

  /** The normalised size of one byte step. */
  public float scalePerByte(int channel) {
    return 1 / (standardDeviation[channel] * 255);
  }

  /**
   * The normalised value of each unsigned byte, [channel][byte]: cheaper than arithmetic, and the
   * same bits in training and serving.
   */
  public float[][] table() {
    float[][] table = new float[ImageShape.CHANNELS][256];
    for (int c = 0; c < table.length; c++) {
      for (int value = 0; value < 256; value++) {
        table[c][value] = (value - meanInBytes(c)) * scalePerByte(c);
      }
    }
    return table;
  }
}
