package dev.resnet.serving;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads PNG and JPEG files from strangers.
 *
 * <p>A 32×32 picture is taken pixel by pixel: what an RGB PNG holds is what the network sees.
 * Transparency is laid over white, 16 bits are scaled to 8, grey counts for all three channels.
 * Colour profiles and gamma are not applied. Another size is refused, or, where asked, its largest
 * centred square is resized and turned upright by its Exif orientation.
 */
public final class PictureReader {
  /** Each scan of a progressive JPEG costs a pass over the picture; real files have about 10. */
  private static final int MAX_SCANS = 100;

  private static final int CMYK = 4;

  private final ServingProperties limits;

  /** One permit for each pixel that may be being decoded. */
  private final Semaphore pixels;

  public PictureReader(ServingProperties limits) {
    this.limits = limits;
    this.pixels = new Semaphore(limits.maxPixelsAtOnce(), true);
  }

  /**
   * @param file PNG or JPEG
   * @param resize whether another size than 32×32 is resized
   * @throws UnreadablePictureException where it is not a picture the network can look at
   */
  public Picture read(byte[] file, boolean resize) throws UnreadablePictureException {
    if (file.length > limits.maxImageSize().toBytes()) {
      throw UnreadablePictureException.tooLarge(
          "has more than %d bytes, the most that one image may have; send a smaller one"
              .formatted(limits.maxImageSize().toBytes()));
    }
    PictureFormat format =
        PictureFormat.of(file)
            .orElseThrow(
                () ->
                    new UnreadablePictureException(
                        file.length == 0
                            ? "is empty; send a PNG or JPEG file"
                            : "is neither PNG nor JPEG; send one of these"));
    ImageReader reader = ImageIO.getImageReadersByFormatName(format.reader()).next();
    try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in, true, true);
      return read(file, format, reader, resize);
    } catch (IOException | RuntimeException e) {
      // The library answers to damaged files with either.
      throw UnreadablePictureException.because(
          "is a %s that cannot be read: it is damaged, cut off or of a rare kind; save it again as"
                  .formatted(format)
              + " a plain RGB file",
          e);
    } finally {
      reader.dispose();
    }
  }

  private Picture read(byte[] file, PictureFormat format, ImageReader reader, boolean resize)
      throws IOException, UnreadablePictureException {
    // The header alone: nothing of the picture's size is allocated before it has been judged.
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    checkSize(width, height, resize);
    int orientation = 1;
    if (format == PictureFormat.PNG) {
      PngFile.check(file);
    } else {
      JpegFile jpeg = JpegFile.of(file);
      check(jpeg);
      orientation = jpeg.orientation();
    }
    if (width == Picture.SIZE && height == Picture.SIZE) {
      return exact(decode(reader));
    }
    int permits = width * height;
    pixels.acquireUninterruptibly(permits);
    try {
      var rows = new RgbRows(decode(reader));
      return Orientation.upright(Resampler.square(rows, width, height), orientation);
    } finally {
      pixels.release(permits);
    }
  }

  private void checkSize(int width, int height, boolean resize) throws UnreadablePictureException {
    if ((long) width * height > limits.maxPixels()) {
      throw new UnreadablePictureException(
          "is %d×%d pixels large; more than %d pixels are not decoded, send it smaller"
              .formatted(width, height, limits.maxPixels()));
    }
    if (!resize && (width != Picture.SIZE || height != Picture.SIZE)) {
      throw new UnreadablePictureException(
          "is %d×%d pixels large, not 32×32; send it so, or add ?resize=true to have it resized"
              .formatted(width, height));
    }
  }

  private static void check(JpegFile jpeg) throws UnreadablePictureException {
    if (jpeg.components() == CMYK) {
      throw new UnreadablePictureException("is a CMYK JPEG, which is not read; convert it to RGB");
    }
    if (!jpeg.complete()) {
      throw new UnreadablePictureException("is a JPEG that is cut off; send the whole file");
    }
    if (jpeg.scans() > MAX_SCANS) {
      throw new UnreadablePictureException(
          "is a JPEG of %d scans; save it as a baseline JPEG".formatted(jpeg.scans()));
    }
  }

  private static BufferedImage decode(ImageReader reader)
      throws IOException, UnreadablePictureException {
    var cutOff = new boolean[1];
    IIOReadWarningListener listener =
        (source, warning) ->
            cutOff[0] |= warning.toLowerCase(Locale.ROOT).contains("premature end");
    // Where data is missing between the markers, the JPEG reader fills in grey and only warns.
    reader.addIIOReadWarningListener(listener);
    BufferedImage image = reader.read(0);
    if (cutOff[0]) {
      throw new UnreadablePictureException("is a JPEG with missing data; send the whole file");
    }
    return image;
  }

  private static Picture exact(BufferedImage image) throws UnreadablePictureException {
    var rows = new RgbRows(image);
    byte[] pixels = new byte[Picture.BYTES];
    int[] row = new int[Picture.SIZE * 3];
    for (int y = 0; y < Picture.SIZE; y++) {
      rows.read(y, row);
      for (int x = 0; x < Picture.SIZE; x++) {
        for (int c = 0; c < 3; c++) {
          pixels[c * Picture.PLANE + y * Picture.SIZE + x] = (byte) row[3 * x + c];
        }
      }
    }
    return new Picture(pixels);
  }
}
