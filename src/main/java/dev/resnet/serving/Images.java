package dev.resnet.serving;

import dev.resnet.memory.MemoryBudget;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalizer;
import dev.resnet.pictures.Picture;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
  void normalize(Normalizer normalizer, float[] input);

  /** Reserves the memory that decoding them takes; null if they are decoded already. */
  default MemoryBudget.@Nullable Hold reserved() {
    return null;
  }

  /** The pixels. Called once, when it is the request's turn. */
  default Images decoded() {
    return this;
  }

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

  /**
   * Image files that are decoded when it is their turn, so that waiting requests take no memory
   * beyond their bodies, and that decoding takes turns with a training as classification does.
   *
   * @param memory for the decoded images
   * @param bytes that they take of it
   * @param decode may throw what the request is to be answered with
   */
  record Files(int count, MemoryBudget memory, long bytes, Supplier<List<Picture>> decode)
      implements Images {
    @Override
    public MemoryBudget.Hold reserved() {
      return memory.hold(bytes);
    }

    @Override
    public Images decoded() {
      return new Pictures(decode.get());
    }

    @Override
    public void normalize(Normalizer normalizer, float[] input) {
      decoded().normalize(normalizer, input);
    }
  }

  /** Decoded image files, each an array of its own. */
  record Pictures(List<Picture> pictures) implements Images {
    @Override
    public int count() {
      return pictures.size();
    }

    @Override
    public void normalize(Normalizer normalizer, float[] input) {
      int at = 0;
      for (Picture picture : pictures) {
        byte[] pixels = picture.pixels();
        normalizer.bytes(pixels, 0, input, at, pixels.length);
        at += pixels.length;
      }
    }
  }

  /** One array of unsigned bytes. */
  record Bytes(int count, byte[] pixels) implements Images {
    @Override
    public void normalize(Normalizer normalizer, float[] input) {
      normalizer.bytes(pixels, 0, input, 0, pixels.length);
    }
  }

  /** One array of floats; whole values give the same input as bytes, bit by bit. */
  record Floats(int count, float[] values) implements Images {
    @Override
    public void normalize(Normalizer normalizer, float[] input) {
      normalizer.floats(values, input);
    }
  }
}
