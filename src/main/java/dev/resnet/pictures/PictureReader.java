package dev.resnet.pictures;

import dev.resnet.memory.BusyException;
import dev.resnet.memory.MemoryBudget;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads untrusted PNG and JPEG files.
 *
 * <p>An image of the wanted size is used pixel by pixel: the values of an RGB PNG are the network's
 * input. Transparent images are blended over white, 16 bits are scaled to 8, grey is copied to all
 * three channels. Colour profiles and gamma are not applied. An image of another size is refused
 * or, if requested, its largest centred square is resized. Every image is turned upright by its
 * Exif orientation.
 *
 * <p>The header tells how much memory decoding takes. That much is reserved from a budget shared by
 * all requests, before any memory in proportion to the image size is allocated.
 */
public final class PictureReader {
  /** Each scan of a progressive JPEG costs a pass over the image; real files have about 10. */
  private static final int MAX_SCANS = 100;

  private static final int CMYK = 4;

  /** Bands of a JPEG take at most the budget divided by this. */
  private static final int BAND = 4;

  private final PictureSettings limits;
  private final MemoryBudget memory;

  /** One permit for each pixel that may be decoded at the same time. */
  private final Semaphore pixels;

  /** An image before decoding, and the bytes that decoding will take. */
  private record Plan(
      ImageShape shape, Square square, int pixels, long bytes, int orientation, Open open) {
    @FunctionalInterface
    interface Open {
      SquareRows rows();
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
   * @param file PNG or JPEG
   * @param shape of the result
   * @param policy how to resize an image of another size; null refuses it
   * @throws UnreadablePictureException if the file is not a usable image
   * @throws BusyException if other images take all pixels or memory for longer than the wait
   */
  public Picture read(byte[] file, ImageShape shape, @Nullable ResizePolicy policy)
      throws UnreadablePictureException {
    PictureFormat format =
        PictureFormat.of(file)
            .orElseThrow(
                () ->
                    new UnreadablePictureException(
                        file.length == 0
                            ? "is empty; send a PNG or JPEG file"
                            : "is neither PNG nor JPEG; send one of these"));
    Plan plan =
        switch (format) {
          case PNG -> png(file, shape, policy);
          case JPEG -> jpeg(file, shape, policy);
        };
    if (plan.bytes() > Integer.MAX_VALUE - 8 || !memory.holds(plan.bytes())) {
      throw new UnreadablePictureException(
          ("takes about %d MB to decode, but all images that are being decoded may take only %s (%s);"
                  + " send a smaller image")
              .formatted((plan.bytes() >> 20) + 1, memory.sizeText(), memory.property()));
    }
    return decode(plan, format);
  }

  private Plan png(byte[] file, ImageShape shape, @Nullable ResizePolicy policy)
      throws UnreadablePictureException {
    PngFile png = PngFile.of(file);
    Square square = square(png.width(), png.height(), shape, policy);
    return new Plan(
        shape,
        square,
        png.width() * png.height(),
        PngRows.memory(png, square),
        png.orientation(),
        () -> new PngRows(file, png, square));
  }

  private Plan jpeg(byte[] file, ImageShape shape, @Nullable ResizePolicy policy)
      throws UnreadablePictureException {
    JpegFile jpeg = JpegFile.of(file);
    Square square = square(jpeg.width(), jpeg.height(), shape, policy);
    if (jpeg.components() == CMYK) {
      throw new UnreadablePictureException(
          "is a CMYK JPEG, which is not supported; convert it to RGB");
    }
    if (!jpeg.complete()) {
      throw new UnreadablePictureException("is a truncated JPEG; send the complete file");
    }
    if (jpeg.scans() > MAX_SCANS) {
      throw new UnreadablePictureException(
          "is a JPEG with %d scans; save it as a baseline JPEG".formatted(jpeg.scans()));
    }
    long band = memory.size().toBytes() / BAND;
    return new Plan(
        shape,
        square,
        jpeg.width() * jpeg.height(),
        JpegRows.memory(jpeg, square, band),
        jpeg.orientation(),
        () -> new JpegRows(jpeg, square, band));
  }

  /** Checks the size before anything of that size is allocated. */
  private Square square(int width, int height, ImageShape shape, @Nullable ResizePolicy policy)
      throws UnreadablePictureException {
    if (width == 0 || height == 0) {
      throw new UnreadablePictureException("has no size in its header; save it again");
    }
    if ((long) width * height > limits.maxPixels()) {
      throw new UnreadablePictureException(
          "is %d×%d pixels large; the limit is %d pixels, send a smaller image"
              .formatted(width, height, limits.maxPixels()));
    }
    if (policy == null && (width != shape.size() || height != shape.size())) {
      throw new UnreadablePictureException(
          "is %d×%d pixels large, not %s; resize it, or add ?resize=true"
              .formatted(width, height, shape));
    }
    return Square.of(width, height);
  }

  private Picture decode(Plan plan, PictureFormat format) throws UnreadablePictureException {
    if (plan.pixels() == plan.shape().pixels()) {
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
    try (SquareRows rows = plan.open().rows()) {
      Picture picture = new Resampler(plan.shape()).square(rows, plan.square().side());
      rows.finish();
      return Orientation.upright(picture, plan.orientation());
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
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
    // The library throws any of the other exceptions for damaged files.
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
