package dev.resnet.pictures;

/**
 * The shape of the images of a data set, and of a network's input: a square of RGB pixels, as bytes
 * [size, size, 3].
 *
 * @param size width and height in pixels
 */
public record ImageShape(int size) {
  public static final int CHANNELS = 3;

  /** The shape of CIFAR-10 images. */
  public static final ImageShape CIFAR = new ImageShape(32);

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
