package dev.resnet.pictures;

import java.io.IOException;

/**
 * The rows of a region of an image, one at a time from the top. If the format allows it, the whole
 * image is never in memory.
 */
interface RegionRows extends AutoCloseable {

  /** Fills {@code rgb} with the next row: [width, 3], values 0 to 255. */
  void next(int[] rgb) throws IOException, UnreadablePictureException;

  /** Reads the rest of the image, so that damage below the region is found as well. */
  void finish() throws IOException, UnreadablePictureException;

  @Override
  void close();
}
