package dev.resnet.data.folder;

import dev.resnet.data.ImageSet;
import dev.resnet.data.Pictures;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/** Many small pictures in one, to look a data set over. */
public final class ContactSheet {
  /** Most pictures on a sheet: 20 rows of 20, about 2,000 pixels wide for pictures of 96×96. */
  public static final int MOST = 400;

  private static final int GAP = 2;

  private ContactSheet() {}

  /**
   * The first pictures of a split in a grid, as a PNG file of a few MB at most.
   *
   * @param label of the class to show; null for all
   * @param limit number of pictures, at most {@link #MOST}; without any picture the sheet is one
   *     empty field
   */
  public static byte[] png(ImageSet images, @Nullable Integer label, int limit) {
    int[] chosen =
        IntStream.range(0, images.count())
            .filter(i -> label == null || images.label(i) == label)
            .limit(Math.min(limit, MOST))
            .toArray();
    int columns = Math.max(1, (int) Math.ceil(Math.sqrt(chosen.length)));
    int rows = Math.max(1, (chosen.length + columns - 1) / columns);
    int step = images.shape().size() + GAP;
    var sheet =
        new BufferedImage(columns * step + GAP, rows * step + GAP, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    for (int i = 0; i < chosen.length; i++) {
      graphics.drawImage(
          Pictures.picture(images, chosen[i]),
          GAP + i % columns * step,
          GAP + i / columns * step,
          null);
    }
    graphics.dispose();
    var out = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(sheet, "png", out)) {
        throw new IllegalStateException("every Java platform writes PNG");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory can't fail to be written", e);
    }
    return out.toByteArray();
  }
}
