package dev.resnet.pictures;

/**
 * Applies a {@link Normalization} to interleaved images [count, size, size, 3]. It keeps the table,
 * which would otherwise be made for each request. Thread-safe.
 */
public final class Normalizer {
  private final Normalization normalization;
  private final float[][] table;

  public Normalizer(Normalization normalization) {
    this.normalization = normalization;
    this.table = normalization.table();
  }

  /**
   * @param pixels unsigned bytes of whole images
   * @param from the first pixel's place in {@code pixels}, of its first channel
   * @param input receives the values
   * @param at the first value's place in {@code input}
   * @param count of values
   */
  public void bytes(byte[] pixels, int from, float[] input, int at, int count) {
    for (int i = 0; i < count; i++) {
      input[at + i] = table[i % ImageShape.CHANNELS][pixels[from + i] & 0xff];
    }
  }

  /**
   * @param values from 0 to 255, of whole images; whole ones give the same bits as bytes
   * @param input receives as many values
   */
  public void floats(float[] values, float[] input) {
    for (int channel = 0; channel < ImageShape.CHANNELS; channel++) {
      float mean = normalization.meanInBytes(channel);
      float scale = normalization.scalePerByte(channel);
      for (int i = channel; i < values.length; i += ImageShape.CHANNELS) {
        input[i] = (values[i] - mean) * scale;
      }
    }
  }
}
