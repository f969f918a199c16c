package dev.resnet.demo;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** An image in a terminal: each character shows two pixels, one above the other. */
final class HalfBlocks {
  private static final String RESET = "\u001b[0m";

  private HalfBlocks() {}

  /** One string for every two rows of pixels. */
  static List<String> lines(byte[] png) {
    BufferedImage image = decode(png);
    List<String> lines = new ArrayList<>();
    for (int y = 0; y + 1 < image.getHeight(); y += 2) {
      StringBuilder line = new StringBuilder();
      for (int x = 0; x < image.getWidth(); x++) {
        line.append("\u001b[38;5;").append(colour(image.getRGB(x, y))).append('m');
        line.append("\u001b[48;5;").append(colour(image.getRGB(x, y + 1))).append("m▀");
      }
      lines.add(line.append(RESET).toString());
    }
    return lines;
  }

  private static BufferedImage decode(byte[] png) {
    try {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
      if (image == null) {
        throw new DemoFailedException("The service sent an image that is not a PNG.");
      }
      return image;
    } catch (IOException e) {
      throw new DemoFailedException("The service sent a damaged image.", e);
    }
  }

  /** The nearest colour of the 6×6×6 cube in a terminal's 256 colours. */
  private static int colour(int rgb) {
    return 16 + 36 * level(rgb >> 16) + 6 * level(rgb >> 8) + level(rgb);
  }

  /** The levels of the colour cube are 0, 95, 135, 175, 215 and 255. */
  private static int level(int channel) {
    int value = channel & 0xff;
    if (value < 48) {
      return 0;
    }
    return value < 115 ? 1 : Math.min(5, (value - 35) / 40);
  }
}
