package dev.resnet.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import javax.imageio.ImageIO;

/** Single images of a set, to look at or to classify. */
public final class Pictures {
  private Pictures() {}

  /**
   * Image {@code index} as it is in the set.
   *
   * @throws IndexOutOfBoundsException if the set has no such image
   */
  public static BufferedImage picture(ImageSet images, int index) {
    int size = images.shape().size();
    int at = Objects.checkIndex(index, images.count()) * images.shape().values();
    byte[] pixels = images.pixels();
    var picture = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        int red = pixels[at++] & 0xff;
        int green = pixels[at++] & 0xff;
        int blue = pixels[at++] & 0xff;
        picture.setRGB(x, y, red << 16 | green << 8 | blue);
      }
    }
    return picture;
  }

  /** The image as a PNG file, which is lossless. */
  public static byte[] png(ImageSet images, int index) {
    var out = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(picture(images, index), "png", out)) {
        throw new IllegalStateException("every Java platform writes PNG");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory can't fail to be written", e);
    }
    return out.toByteArray();
  }
}
