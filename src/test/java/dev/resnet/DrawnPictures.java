package dev.resnet;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Pictures of signs, each drawn differently, as a camera would see them. Three classes. */
final class DrawnPictures {
  /** Names in three scripts. */
  static final List<String> CLASSES = List.of("Kreis", "квадрат", "三角形");

  private final Random random;

  DrawnPictures(long seed) {
    random = new Random(seed);
  }

  /** Draws a picture of 70 to 130 pixels; the format follows the file's name. */
  void write(String name, Path file) throws IOException {
    int width = 70 + random.nextInt(61);
    int height = 70 + random.nextInt(61);
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(color(0, 110));
    graphics.fillRect(0, 0, width, height);
    double size = Math.min(width, height) * (0.4 + 0.25 * random.nextDouble());
    var place =
        AffineTransform.getTranslateInstance(
            width / 2.0 + 8 * random.nextGaussian(), height / 2.0 + 8 * random.nextGaussian());
    place.rotate(0.25 * random.nextGaussian());
    place.scale(size, size);
    Shape shape = place.createTransformedShape(shape(name));
    graphics.setColor(color(150, 255));
    graphics.fill(shape);
    graphics.setStroke(new BasicStroke(3));
    graphics.setColor(color(0, 255));
    graphics.draw(shape);
    graphics.dispose();
    String text = file.toString();
    ImageIO.write(image, text.substring(text.lastIndexOf('.') + 1), file.toFile());
  }

  private Color color(int from, int to) {
    return new Color(value(from, to), value(from, to), value(from, to));
  }

  private int value(int from, int to) {
    return from + random.nextInt(to - from + 1);
  }

  /** About one unit wide, around the origin. */
  private static Shape shape(String name) {
    return switch (CLASSES.indexOf(name)) {
      case 0 -> new Ellipse2D.Double(-0.5, -0.5, 1, 1);
      case 1 -> new Rectangle2D.Double(-0.5, -0.5, 1, 1);
      default ->
          AffineTransform.getScaleInstance(0.01, 0.01)
              .createTransformedShape(
                  new Polygon(new int[] {0, 58, -58}, new int[] {-58, 46, 46}, 3));
    };
  }
}
