package dev.resnet.pictures;

import java.io.IOException;

/**
 * The rows of an image's largest centred square, one at a time from the top. If the format allows
 * it, the whole image is never in memory.
 */
interface SquareRows extends AutoCloseable {

  /** Fills {@code rgb} with the next row: [side, 3], values 0 to 255. */
  void next(int[] rgb) throws IOException, UnreadablePictureException;

  /** Reads the rest of the file, so that damage after the square is found as well. */
  void finish() throws IOException, UnreadablePictureException;

  @Override
  void close();
}
