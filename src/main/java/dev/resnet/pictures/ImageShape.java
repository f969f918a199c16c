package dev.resnet.pictures;

import java.util.List;

/**
 * The shape of the images of a data set, and of a network's input: a square of RGB pixels, as bytes
 * [size, size, 3].
 *
 * @param size width and height in pixels
 */
public record ImageShape(int size) {
  public static final int CHANNELS = 3;

  /** The supported sizes. The network halves an image twice, so they are multiples of 4. */
  public static final List<Integer> SIZES = List.of(32, 48, 64, 96);

  /** The shape of CIFAR-10 images. */
  public static final ImageShape CIFAR = new ImageShape(32);

  public ImageShape {
    if (!SIZES.contains(size)) {
      throw new IllegalArgumentException(
          "images of %d×%d pixels are not supported; the sizes are %s"
              .formatted(size, size, SIZES));
    }
  }

  public int pixels() {
    return size * size;
  }

  /** Bytes of an image, which is also the number of network inputs. */
  public int values() {
    return CHANNELS * pixels();
  }

  /** {@code 32×32} */
  @Override
  public String toString() {
    return size + "×" + size;
  }
}
