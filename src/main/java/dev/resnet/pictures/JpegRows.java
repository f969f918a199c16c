package dev.resnet.pictures;

import java.awt.Rectangle;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.ImageInputStream;

/**
 * The rows of a JPEG's square, decoded by the Java image library in bands. Each band decodes the
 * file from its beginning, so a single band is used if memory allows.
 */
final class JpegRows implements SquareRows {
  /** Memory of the decoder per column: some rows of blocks, before and after upsampling. */
  private static final long BYTES_PER_COLUMN = 64;

  private static final long BUFFERS = 256 << 10;

  private final JpegFile jpeg;
  private final Square square;
  private final int rowsPerBand;
  private final ImageInputStream in;
  private final ImageReader reader;
  private RgbRows band;
  private int bandEnd;
  private int y;
  private boolean dataMissing;

  JpegRows(JpegFile jpeg, Square square, long bandBytes) {
    this.jpeg = jpeg;
    this.square = square;
    rowsPerBand = rowsPerBand(jpeg, square, bandBytes);
    bandEnd = square.top();
    y = square.top();
    in = jpeg.essence().open();
    reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    reader.setInput(in, false, true);
    // If data is missing between the markers, the reader fills in grey and only warns.
    IIOReadWarningListener listener =
        (source, warning) ->
            dataMissing |= warning.toLowerCase(Locale.ROOT).contains("premature end");
    reader.addIIOReadWarningListener(listener);
  }

  /** Most bytes that decoding takes, including the decoder's memory outside the Java heap. */
  static long memory(JpegFile jpeg, Square square, long bandBytes) {
    return (long) rowsPerBand(jpeg, square, bandBytes) * rowBytes(jpeg, square)
        + jpeg.coefficients()
        + BYTES_PER_COLUMN * jpeg.width() * jpeg.components()
        + BUFFERS;
  }

  /**
   * The bands reach to the lower edge of the image, so damage below the square is found as well.
   */
  private static int rowsPerBand(JpegFile jpeg, Square square, long bandBytes) {
    long rows = Math.max(1, bandBytes / rowBytes(jpeg, square));
    return (int) Math.min(jpeg.height() - square.top(), rows);
  }

  private static long rowBytes(JpegFile jpeg, Square square) {
    return (long) square.side() * jpeg.components();
  }

  @Override
  public void next(int[] rgb) throws IOException, UnreadablePictureException {
    if (y == bandEnd) {
      nextBand();
    }
    band.read(y - bandEnd + band.height(), rgb);
    y++;
  }

  @Override
  public void finish() throws IOException, UnreadablePictureException {
    while (bandEnd < jpeg.height()) {
      nextBand();
    }
  }

  private void nextBand() throws IOException, UnreadablePictureException {
    band = null; // Free it before the next one is allocated.
    int rows = Math.min(rowsPerBand, jpeg.height() - bandEnd);
    ImageReadParam param = reader.getDefaultReadParam();
    param.setSourceRegion(new Rectangle(square.left(), bandEnd, square.side(), rows));
    Raster raster = reader.read(0, param).getRaster();
    if (dataMissing) {
      throw new UnreadablePictureException("is a JPEG with missing data; send the complete file");
    }
    band = new RgbRows(raster);
    bandEnd += rows;
  }

  @Override
  public void close() {
    reader.dispose();
    try {
      in.close();
    } catch (IOException e) {
      throw new IllegalStateException("a stream over an array can't fail to close", e);
    }
  }
}
