package dev.resnet.pictures;

import com.twelvemonkeys.imageio.plugins.webp.vp8.VP8Frame;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a WebP's first frame, on white where it is transparent or does not reach. The frame
 * is decoded as a whole.
 *
 * <p>Lossy pixels are decoded by a library. For lossless ones and for transparency it takes as much
 * time and memory as a file asks for, so {@link WebpLossless} decodes them.
 */
final class WebpRows implements RegionRows {
  private static final long BUFFERS = 512 << 10;

  /** The library's memory per column: three rows of blocks of 16×16 pixels. */
  private static final long LOSSY_BYTES_PER_COLUMN = 4 << 10;

  /** The decoded bytes of a pixel, and what the library keeps of each block. */
  private static final long LOSSY_BYTES_PER_PIXEL = 4;

  private final WebpFile webp;
  private final Region region;
  private final Region frame;
  private boolean decoded;

  /** Red, green and blue of a lossy frame: [height, width, 3]. */
  private byte @Nullable [] lossy;

  /** Alpha of a lossy frame: [height, width]. */
  private byte @Nullable [] alpha;

  /** Alpha, red, green and blue of a lossless frame. */
  private int @Nullable [] lossless;

  private int y;

  WebpRows(WebpFile webp, Region region) {
    this.webp = webp;
    this.region = region;
    this.frame = webp.frame();
    y = region.top();
  }

  static long memory(WebpFile webp) {
    Region frame = webp.frame();
    if (webp.lossless()) {
      return WebpLossless.memory(frame.width(), frame.height()) + BUFFERS;
    }
    return LOSSY_BYTES_PER_PIXEL * frame.pixels()
        + LOSSY_BYTES_PER_COLUMN * frame.width()
        + (webp.alpha() == null ? 0 : WebpAlpha.memory(frame.width(), frame.height()))
        + BUFFERS;
  }

  private void decode() throws IOException, UnreadablePictureException {
    WebpFile.Chunk pixels = webp.pixels();
    if (webp.lossless()) {
      lossless =
          WebpLossless.decode(
              webp.file(), pixels.from(), pixels.end(), frame.width(), frame.height());
      return;
    }
    WebpFile.Chunk transparency = webp.alpha();
    if (transparency != null) {
      alpha = WebpAlpha.decode(webp.file(), transparency, frame.width(), frame.height());
    }
    var raster =
        Raster.createInterleavedRaster(
            DataBuffer.TYPE_BYTE, frame.width(), frame.height(), 3, null);
    try (var in = new PartStream(webp.file(), pixels.from(), pixels.end())) {
      new VP8Frame(in, false).decode(raster, null);
    }
    lossy = ((DataBufferByte) raster.getDataBuffer()).getData();
  }

  @Override
  public void next(int[] rgb) throws IOException, UnreadablePictureException {
    finish();
    Arrays.fill(rgb, 0, 3 * region.width(), Colors.WHITE);
    int row = y - frame.top();
    y++;
    if (row < 0 || row >= frame.height()) {
      return;
    }
    int end = Math.min(region.left() + region.width(), frame.left() + frame.width());
    for (int x = Math.max(region.left(), frame.left()); x < end; x++) {
      int packed = packed(row * frame.width() + x - frame.left());
      Colors.over(packed, rgb, 3 * (x - region.left()));
    }
  }

  private int packed(int pixel) {
    if (lossless != null) {
      return lossless[pixel];
    }
    int opacity = alpha == null ? 255 : alpha[pixel] & 0xff;
    return opacity << 24
        | (lossy[3 * pixel] & 0xff) << 16
        | (lossy[3 * pixel + 1] & 0xff) << 8
        | lossy[3 * pixel + 2] & 0xff;
  }

  @Override
  public void finish() throws IOException, UnreadablePictureException {
    if (!decoded) {
      decode();
      decoded = true;
    }
  }

  @Override
  public void close() {}
}
