package dev.resnet.pictures;

import dev.resnet.memory.BusyException;
import dev.resnet.memory.MemoryBudget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads untrusted image files of any {@link PictureFormat}.
 *
 * <p>An image of the wanted size is used pixel by pixel: the values of an RGB PNG are the network's
 * input. Transparent images are blended over white, 16 bits are scaled to 8, grey is copied to all
 * three channels. Colour profiles and gamma are not applied. An animation gives its first frame. An
 * image of another size is refused or, if requested, resized. Every image is turned upright by its
 * Exif orientation.
 *
 * <p>The header tells how much memory decoding takes. That much is reserved from a budget shared by
 * all requests, before any memory in proportion to the image size is allocated.
 */
public final class PictureReader {
  /** Bands of a JPEG take at most the budget divided by this. */
  private static final int BAND = 4;

  /** An image of the wanted size that takes no more than this is decoded without waiting. */
  private static final long SMALL = 1 << 20;

  private final PictureSettings limits;
  private final MemoryBudget memory;

  /** One permit for each pixel that may be decoded at the same time. */
  private final Semaphore pixels;

  /**
   * An image before decoding.
   *
   * @param width of the decoded region after resizing, in pixels
   * @param bytes that decoding will take
   */
  private record Plan(
      PictureFile file, Region region, int width, int height, ImageShape shape, long bytes) {

    static Plan of(PictureFile file, ImageShape shape, ResizePolicy policy) {
      Region region = policy.region(file.width(), file.height());
      int longer = Math.max(region.width(), region.height());
      return new Plan(
          file,
          region,
          policy.resized(region.width(), longer, shape.size()),
          policy.resized(region.height(), longer, shape.size()),
          shape,
          file.memory(region) + Resampler.memory(region));
    }

    int pixels() {
      return file.width() * file.height();
    }
  }

  public PictureReader(PictureSettings limits) {
    this(limits, new Semaphore(limits.maxPixelsAtOnce(), true));
  }

  PictureReader(PictureSettings limits, Semaphore pixels) {
    this.limits = limits;
    this.memory = limits.decodeBudget();
    this.pixels = pixels;
  }

  /**
   * @param file an image file
   * @param shape of the result
   * @param policy how to resize an image of another size; null refuses it
   * @throws UnreadablePictureException if the file is not a usable image
   * @throws BusyException if other images take all pixels or memory for longer than the wait
   */
  public Picture read(byte[] file, ImageShape shape, @Nullable ResizePolicy policy)
      throws UnreadablePictureException {
    PictureFormat format = PictureFormat.of(file).orElseThrow(() -> unknown(file));
    PictureFile opened = open(file, format);
    checkSize(opened, shape, policy);
    Plan plan = Plan.of(opened, shape, policy == null ? ResizePolicy.CROP : policy);
    if (plan.bytes() > Integer.MAX_VALUE - 8 || !memory.holds(plan.bytes())) {
      throw new UnreadablePictureException(
          ("takes about %d MB to decode, but all images that are being decoded may take only %s (%s);"
                  + " send a smaller image")
              .formatted((plan.bytes() >> 20) + 1, memory.sizeText(), memory.property()));
    }
    return decode(plan, format);
  }

  /** Reads the header. */
  PictureFile open(byte[] file, PictureFormat format) throws UnreadablePictureException {
    try {
      return switch (format) {
        case PNG -> PngFile.of(file);
        case JPEG -> JpegFile.of(file, memory.size().toBytes() / BAND);
        case GIF -> GifFile.of(file);
        case BMP -> BmpFile.of(file);
        case WEBP -> WebpFile.of(file);
        case TIFF -> TiffFile.of(file);
      };
    } catch (RuntimeException e) {
      throw failure(e, format);
    }
  }

  private static UnreadablePictureException unknown(byte[] file) {
    if (file.length == 0) {
      return new UnreadablePictureException("is empty; send an image file");
    }
    if (file.length > 8 && new String(file, 4, 4, StandardCharsets.ISO_8859_1).equals("ftyp")) {
      // The container of ISO/IEC 14496-12: photographs of telephones, and videos.
      return new UnreadablePictureException(
          "is a HEIC, AVIF or video file, which is not supported; export it as JPEG");
    }
    return new UnreadablePictureException(
        "is not a %s file; send one of these".formatted(PictureFormat.NAMES));
  }

  /** Checks the size before anything of that size is allocated. */
  private void checkSize(PictureFile file, ImageShape shape, @Nullable ResizePolicy policy)
      throws UnreadablePictureException {
    int width = file.width();
    int height = file.height();
    if (width == 0 || height == 0) {
      throw new UnreadablePictureException("has no size in its header; save it again");
    }
    if ((long) width * height > limits.maxPixels()) {
      throw new UnreadablePictureException(
          "is %d×%d pixels large; the limit is %d pixels (resnet.pictures.max-pixels); send a smaller image"
              .formatted(width, height, limits.maxPixels()));
    }
    if (policy == null && (width != shape.size() || height != shape.size())) {
      throw new UnreadablePictureException(
          "is %d×%d pixels large, not %s; resize it, or add ?resize=true"
              .formatted(width, height, shape));
    }
  }

  private Picture decode(Plan plan, PictureFormat format) throws UnreadablePictureException {
    if (plan.pixels() == plan.shape().pixels() && plan.bytes() <= SMALL) {
      return decoded(plan, format); // Small images must not wait for a large one.
    }
    if (!acquired(plan.pixels())) {
      throw new BusyException(
          ("The service is busy: the images that are being decoded use all %d pixels of"
                  + " resnet.pictures.max-pixels-at-once.")
              .formatted(limits.maxPixelsAtOnce()));
    }
    try (var hold = memory.hold(plan.bytes())) {
      return decoded(plan, format);
    } finally {
      pixels.release(plan.pixels());
    }
  }

  private boolean acquired(int wanted) {
    try {
      return pixels.tryAcquire(wanted, limits.maxWait().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Picture decoded(Plan plan, PictureFormat format)
      throws UnreadablePictureException {
    try (RegionRows rows = plan.file().rows(plan.region())) {
      Pixels resized = new Resampler(plan.width(), plan.height()).resize(rows, plan.region());
      rows.finish();
      return Orientation.upright(resized, plan.file().orientation()).centred(plan.shape());
    } catch (IOException | RuntimeException | OutOfMemoryError | AssertionError e) {
      throw failure(e, format);
    }
  }

  /**
   * Turns a decoder's exception into an error for the client. Running out of memory does not mean
   * that the image is damaged.
   */
  static UnreadablePictureException failure(Throwable thrown, PictureFormat format) {
    if (isOutOfMemory(thrown)) {
      throw new BusyException("The service has no memory left to decode the image.");
    }
    // The decoders throw any of the other exceptions for damaged files.
    return UnreadablePictureException.because(
        ("is a %s that can't be read: it is damaged, truncated or of an unsupported"
                + " kind; save it again as a plain RGB file")
            .formatted(format),
        thrown);
  }

  /**
   * Whether the Java heap or the native JPEG decoder ran out of memory. The decoder says so only in
   * its message.
   */
  private static boolean isOutOfMemory(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      String message = t.getMessage();
      if (t instanceof OutOfMemoryError
          || message != null && message.startsWith("Insufficient memory")) {
        return true;
      }
    }
    return false;
  }
}
