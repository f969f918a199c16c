package dev.resnet.oip;

import dev.resnet.pictures.ImageShape;
import dev.resnet.serving.Images;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A tensor of images as a request declares it, [count, size, size, 3] in row-major order.
 *
 * @param count at least 1
 */
public record ImageTensor(Datatype datatype, ImageShape shape, int count) {

  public int elements() {
    return count * shape.values();
  }

  /** The size of the data in binary form. */
  public long bytes() {
    return (long) elements() * datatype.bytes();
  }

  /** The dimensions, for checks of nested data. */
  public int[] dimensions() {
    return new int[] {count, shape.size(), shape.size(), ImageShape.CHANNELS};
  }

  /**
   * From binary data, little-endian; copied.
   *
   * @throws InvalidInferenceException if it has another size or values outside the range
   */
  public Images images(ByteBuffer raw) {
    if (raw.remaining() != bytes()) {
      throw new InvalidInferenceException(
          "The input '%s' takes %d bytes in binary form: %d elements of %s. It has %d."
              .formatted(ImageInput.NAME, bytes(), elements(), datatype, raw.remaining()));
    }
    if (datatype == Datatype.UINT8) {
      byte[] pixels = new byte[elements()];
      raw.get(pixels);
      return Images.ofBytes(shape, pixels);
    }
    float[] values = new float[elements()];
    raw.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return images(values);
  }

  /** From all elements; not copied. */
  public Images images(byte[] pixels) {
    return Images.ofBytes(shape, pixels);
  }

  /**
   * From all elements; not copied.
   *
   * @throws InvalidInferenceException if one is not from 0 to 255
   */
  public Images images(float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!(values[i] >= 0 && values[i] <= 255)) { // also NaN
        throw outOfRange(i, String.valueOf(values[i]));
      }
    }
    return Images.ofFloats(shape, values);
  }

  /**
   * @param index of the element in row-major order
   */
  public InvalidInferenceException outOfRange(int index, String value) {
    return new InvalidInferenceException(
        ("Element %d of the input '%s' is %s. Send values from 0 to 255, the brightness of a"
                + " pixel; the model normalises them itself.")
            .formatted(index, ImageInput.NAME, value));
  }

  /** The request has another number of elements than its shape says. */
  public InvalidInferenceException wrongNumber(String found) {
    return new InvalidInferenceException(
        "The data of the input '%s' has %s elements; its shape takes %d."
            .formatted(ImageInput.NAME, found, elements()));
  }
}
