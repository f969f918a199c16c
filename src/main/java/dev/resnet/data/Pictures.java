package dev.resnet.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import javax.imageio.ImageIO;

/** Single images of a set, for people to look at and to send to a classifier. */
public final class Pictures {
  private Pictures() {}

  /**
   * Image {@code index} at its original size, 32×32.
   *
   * @throws IndexOutOfBoundsException where the set has no such image
   */
  public static BufferedImage picture(ImageSet images, int index) {
    int offset = Objects.checkIndex(index, images.count()) * ImageSet.IMAGE;
    byte[] pixels = images.pixels();
    var picture = new BufferedImage(ImageSet.SIZE, ImageSet.SIZE, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < ImageSet.PLANE; p++) {
      int red = pixels[offset + p] & 0xff;
      int green = pixels[offset + ImageSet.PLANE + p] & 0xff;
      int blue = pixels[offset + 2 * ImageSet.PLANE + p] & 0xff;
      picture.setRGB(p % ImageSet.SIZE, p / ImageSet.SIZE, red << 16 | green << 8 | blue);
    }
    return picture;
  }

  /** The same as a PNG file, which keeps every pixel as it is. */
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
