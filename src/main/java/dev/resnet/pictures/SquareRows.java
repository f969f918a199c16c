package dev.resnet.pictures;

import java.io.IOException;

/**
 * The rows of a picture's largest centred square, from the top, one at a time: the picture is never
 * in memory as a whole where its format allows that.
 */
interface SquareRows extends AutoCloseable {

  /** Fills {@code rgb} with the next row: [side, 3], values 0 to 255. */
  void next(int[] rgb) throws IOException, UnreadablePictureException;

  /** Reads what follows the square, so that a picture with damage there is refused as well. */
  void finish() throws IOException, UnreadablePictureException;

  @Override
  void close();
}
