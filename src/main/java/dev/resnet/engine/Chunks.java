package dev.resnet.engine;

/**
 * How a batch is divided among programs, which exist for a power of two of images each.
 *
 * @param largest images of the largest program; larger ones would be no faster
 */
public record Chunks(int largest) {

  /**
   * How many of the images that are left go through one program: all, where they fill at least
   * three quarters of it, since another chunk costs more than a few empty places.
   */
  public int next(int left) {
    if (left >= largest) {
      return largest;
    }
    int size = programSize(left);
    return 4 * left >= 3 * size ? left : size / 2;
  }

  /** Images of the smallest program that takes so many. */
  public static int programSize(int count) {
    return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
  }
}
