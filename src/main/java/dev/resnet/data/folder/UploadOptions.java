package dev.resnet.data.folder;

import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;

/**
 * How an archive becomes a data set.
 *
 * @param shape of every picture of the data set
 * @param resize how pictures of another size become one of that shape
 * @param testFraction part of each class that becomes test pictures, at least 0 and below 1; not
 *     used where the archive has {@code test/}
 * @param seed of the split and of the order
 * @param strict whether one picture that can't be read refuses the whole archive
 */
public record UploadOptions(
    ImageShape shape, ResizePolicy resize, double testFraction, long seed, boolean strict) {

  public UploadOptions {
    if (!(testFraction >= 0 && testFraction < 1)) {
      throw new IllegalArgumentException(
          "the test fraction is %s, not at least 0 and below 1".formatted(testFraction));
    }
  }
}
