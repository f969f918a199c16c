package dev.resnet.pictures;

import dev.resnet.memory.BusyException;
import dev.resnet.memory.MemoryBudget;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Reads PNG and JPEG files from strangers.
 *
 * <p>A 32×32 picture is taken pixel by pixel: what an RGB PNG holds is what the network sees.
 * Transparency is laid over white, 16 bits are scaled to 8, grey counts for all three channels.
 * Colour profiles and gamma are not applied. Another size is refused, or, where asked, its largest
 * centred square is resized. Every picture is turned upright by its Exif orientation.
 *
 * <p>What a decoding will take is known from the header; so much is taken from a budget that all
 * requests share before anything of the picture's size is allocated.
 */
public final class PictureReader {
  /** Each scan of a progressive JPEG costs a pass over the picture; real files have about 10. */
  private static final int MAX_SCANS = 100;

  private static final ImageShape SHAPE = ImageShape.CIFAR;

  private static final int CMYK = 4;

  /** A JPEG is decoded at once up to this part of the budget, else in bands of it. */
  private static final int BAND = 4;

  private final PictureSettings limits;
  private final MemoryBudget memory;

  /** One permit for each pixel that may be being decoded. */
  private final Semaphore pixels;

  /** A picture that is yet to be decoded, and the bytes that this will take. */
  private record Plan(Square square, int pixels, long bytes, int orientation, Open open) {
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
   * @param resize whether another size than 32×32 is resized
   * @throws UnreadablePictureException where it is not a picture the network can look at
   * @throws BusyException where other pictures take all pixels or memory for longer than the wait
   */
  public Picture read(byte[] file, boolean resize) throws UnreadablePictureException {
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
          case PNG -> png(file, resize);
          case JPEG -> jpeg(file, resize);
        };
    if (plan.bytes() > Integer.MAX_VALUE - 8 || !memory.holds(plan.bytes())) {
      throw new UnreadablePictureException(
          "takes about %d MB to decode; all pictures that are being decoded may take %s (%s); send"
                  .formatted((plan.bytes() >> 20) + 1, memory.sizeText(), memory.property())
              + " it smaller");
    }
    return decode(plan, format);
  }

  private Plan png(byte[] file, boolean resize) throws UnreadablePictureException {
    PngFile png = PngFile.of(file);
    Square square = square(png.width(), png.height(), resize);
    return new Plan(
        square,
        png.width() * png.height(),
        PngRows.memory(png, square),
        png.orientation(),
        () -> new PngRows(file, png, square));
  }

  private Plan jpeg(byte[] file, boolean resize) throws UnreadablePictureException {
    JpegFile jpeg = JpegFile.of(file);
    Square square = square(jpeg.width(), jpeg.height(), resize);
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
    long band = memory.size().toBytes() / BAND;
    return new Plan(
        square,
        jpeg.width() * jpeg.height(),
        JpegRows.memory(jpeg, square, band),
        jpeg.orientation(),
        () -> new JpegRows(jpeg, square, band));
  }

  /** Judges the size: nothing that depends on it has been allocated yet. */
  private Square square(int width, int height, boolean resize) throws UnreadablePictureException {
    if (width == 0 || height == 0) {
      throw new UnreadablePictureException("has a header that gives no size; save it again");
    }
    if ((long) width * height > limits.maxPixels()) {
      throw new UnreadablePictureException(
          "is %d×%d pixels large; more than %d pixels are not decoded, send it smaller"
              .formatted(width, height, limits.maxPixels()));
    }
    if (!resize && (width != SHAPE.size() || height != SHAPE.size())) {
      throw new UnreadablePictureException(
          "is %d×%d pixels large, not %s; send it so, or add ?resize=true to have it resized"
              .formatted(width, height, SHAPE));
    }
    return Square.of(width, height);
  }

  private Picture decode(Plan plan, PictureFormat format) throws UnreadablePictureException {
    if (plan.pixels() == SHAPE.pixels()) {
      return decoded(plan, format); // Many small ones must not wait for a large one.
    }
    if (!acquired(plan.pixels())) {
      throw new BusyException(
          "The service is busy: the pictures that are being decoded have all of the %d pixels that"
                  .formatted(limits.maxPixelsAtOnce())
              + " they may have (resnet.pictures.max-pixels-at-once).");
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
      Picture picture = new Resampler(SHAPE).square(rows, plan.square().side());
      rows.finish();
      return Orientation.upright(picture, plan.orientation());
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      throw failure(e, format);
    }
  }

  /**
   * What a client is told of what a decoder threw: a picture is not damaged because memory was
   * short.
   */
  static UnreadablePictureException failure(Throwable thrown, PictureFormat format) {
    if (isOutOfMemory(thrown)) {
      throw new BusyException("The service has no memory left to decode the picture.");
    }
    // The library answers to damaged files with either of the others.
    return UnreadablePictureException.because(
        "is a %s that cannot be read: it is damaged, cut off or of a rare kind; save it again as"
                .formatted(format)
            + " a plain RGB file",
        thrown);
  }

  /** Java's heap, or that of the native JPEG decoder, which says so in words. */
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
