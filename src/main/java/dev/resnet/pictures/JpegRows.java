package dev.resnet.pictures;

import java.awt.Rectangle;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;

/**
 * The rows of a JPEG, decoded by the Java image library in bands. Each band decodes the file from
 * its beginning, so a single band is used if memory allows.
 */
final class JpegRows implements RegionRows {
  /** Memory of the decoder per column: some rows of blocks, before and after upsampling. */
  private static final long BYTES_PER_COLUMN = 64;

  private static final int CMYK = 4;

  private static final ImageReaderSpi PROVIDER = provider();

  private static final long BUFFERS = 256 << 10;

  private final JpegFile jpeg;
  private final Region region;
  private final int rowsPerBand;
  private final ImageInputStream in;
  private final ImageReader reader;
  private RgbRows band;
  private int bandEnd;
  private int y;
  private boolean dataMissing;

  JpegRows(JpegFile jpeg, Region region) {
    this.jpeg = jpeg;
    this.region = region;
    rowsPerBand = rowsPerBand(jpeg, region);
    bandEnd = region.top();
    y = region.top();
    in = jpeg.essence().open();
    reader = reader();
    reader.setInput(in, false, true);
    // If data is missing between the markers, the reader fills in grey and only warns.
    IIOReadWarningListener listener =
        (source, warning) ->
            dataMissing |= warning.toLowerCase(Locale.ROOT).contains("premature end");
    reader.addIIOReadWarningListener(listener);
  }

  /** The reader of the JDK. Other libraries may register readers that convert colours. */
  private static ImageReaderSpi provider() {
    Iterator<ImageReaderSpi> providers =
        IIORegistry.getDefaultInstance()
            .getServiceProviders(ImageReaderSpi.class, JpegRows::isProvider, false);
    return providers.next();
  }

  private static boolean isProvider(Object candidate) {
    return candidate instanceof ImageReaderSpi provider
        && provider.getClass().getModule() == ImageReader.class.getModule()
        && List.of(provider.getFormatNames()).contains("jpeg");
  }

  private static ImageReader reader() {
    try {
      return PROVIDER.createReaderInstance();
    } catch (IOException e) {
      throw new IllegalStateException("the JDK has no JPEG reader", e);
    }
  }

  /** Most bytes that decoding takes, including the decoder's memory outside the Java heap. */
  static long memory(JpegFile jpeg, Region region) {
    return (long) rowsPerBand(jpeg, region) * rowBytes(jpeg, region)
        + jpeg.coefficients()
        + BYTES_PER_COLUMN * jpeg.width() * jpeg.components()
        + BUFFERS;
  }

  /**
   * The bands reach to the lower edge of the image, so damage below the region is found as well.
   */
  private static int rowsPerBand(JpegFile jpeg, Region region) {
    long rows = Math.max(1, jpeg.bandBytes() / rowBytes(jpeg, region));
    return (int) Math.min(jpeg.height() - region.top(), rows);
  }

  private static long rowBytes(JpegFile jpeg, Region region) {
    return (long) region.width() * jpeg.components();
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
    param.setSourceRegion(new Rectangle(region.left(), bandEnd, region.width(), rows));
    Raster raster =
        jpeg.components() == CMYK ? reader.readRaster(0, param) : reader.read(0, param).getRaster();
    if (dataMissing) {
      throw new UnreadablePictureException("is a JPEG with missing data; send the complete file");
    }
    band = new RgbRows(raster, jpeg.ycck());
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
