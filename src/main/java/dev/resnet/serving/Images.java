package dev.resnet.serving;

import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import dev.resnet.pictures.Picture;
import java.util.List;

/**
 * The images of a request, [count, size, size, 3] in values from 0 to 255, not normalised yet:
 * normalisation belongs to the model, and the same images may be answered by another version.
 */
public sealed interface Images {

  int count();

  /**
   * Writes the input of the network.
   *
   * @param input receives [count, size, size, 3], c-ordered
   */
  void normalize(Normalization normalization, float[] input);

  static Images of(List<Picture> pictures) {
    return new Pictures(pictures);
  }

  /**
   * @param pixels unsigned bytes [count, size, size, 3]; not copied
   */
  static Images ofBytes(ImageShape shape, byte[] pixels) {
    return new Bytes(counted(shape, pixels.length), pixels);
  }

  /**
   * @param values from 0 to 255 [count, size, size, 3], which need not be whole; not copied
   */
  static Images ofFloats(ImageShape shape, float[] values) {
    return new Floats(counted(shape, values.length), values);
  }

  private static int counted(ImageShape shape, int values) {
    if (values % shape.values() != 0) {
      throw new IllegalArgumentException(
          "%d values are not whole images of %s pixels".formatted(values, shape));
    }
    return values / shape.values();
  }

  /** Decoded image files, each an array of its own. */
  record Pictures(List<Picture> pictures) implements Images {
    @Override
    public int count() {
      return pictures.size();
    }

    @Override
    public void normalize(Normalization normalization, float[] input) {
      float[][] table = normalization.table();
      int at = 0;
      for (Picture picture : pictures) {
        at = Bytes.normalize(table, picture.pixels(), input, at);
      }
    }
  }

  /** One array of unsigned bytes. */
  record Bytes(int count, byte[] pixels) implements Images {
    @Override
    public void normalize(Normalization normalization, float[] input) {
      normalize(normalization.table(), pixels, input, 0);
    }

    private static int normalize(float[][] table, byte[] pixels, float[] input, int from) {
      int at = from;
      for (int i = 0; i < pixels.length; i++) {
        input[at++] = table[i % ImageShape.CHANNELS][pixels[i] & 0xff];
      }
      return at;
    }
  }

  /** One array of floats; whole values give the same input as bytes, bit by bit. */
  record Floats(int count, float[] values) implements Images {
    @Override
    public void normalize(Normalization normalization, float[] input) {
      for (int channel = 0; channel < ImageShape.CHANNELS; channel++) {
        float mean = normalization.meanInBytes(channel);
        float scale = normalization.scalePerByte(channel);
        for (int i = channel; i < values.length; i += ImageShape.CHANNELS) {
          input[i] = (values[i] - mean) * scale;
        }
      }
    }
  }
}
