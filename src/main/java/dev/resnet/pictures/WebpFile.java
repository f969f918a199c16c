package dev.resnet.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The first frame of a WebP file (RFC 9649): the chunks that its pixels depend on. Colour profiles
 * and other metadata are skipped.
 *
 * @param file the whole file
 * @param width of the canvas
 * @param frame where the frame is on the canvas
 * @param pixels the chunk of the pixels
 * @param lossless whether the pixels are compressed without loss
 * @param alpha the chunk of the transparency of a lossy frame; null if it is opaque
 */
record WebpFile(
    byte[] file,
    int width,
    int height,
    int orientation,
    Region frame,
    Chunk pixels,
    boolean lossless,
    @Nullable Chunk alpha)
    implements PictureFile {
  private static final int FIRST_CHUNK = 12;
  private static final int LOSSY = 0x20385056; // "VP8 ", little endian
  private static final int LOSSLESS = 0x4c385056; // "VP8L"
  private static final int EXTENDED = 0x58385056; // "VP8X"
  private static final int ALPHA = 0x48504c41; // "ALPH"
  private static final int ANIMATION_FRAME = 0x464d4e41; // "ANMF"
  private static final int EXIF = 0x46495845; // "EXIF"

  /** Bytes before the chunks of an animation frame. */
  private static final int FRAME_HEADER = 16;

  private static final int LOSSY_START_CODE = 0x2a019d;
  private static final int LOSSLESS_SIGNATURE = 0x2f;

  /** The content of a chunk: {@code file[from, end)}. */
  record Chunk(int from, int end) {}

  static WebpFile of(byte[] file) throws UnreadablePictureException {
    return new Reading(file).read();
  }

  @Override
  public long memory(Region region) {
    return WebpRows.memory(this);
  }

  @Override
  public RegionRows rows(Region region) throws UnreadablePictureException {
    return new WebpRows(this, region);
  }

  static UnreadablePictureException truncated() {
    return new UnreadablePictureException("is a truncated WebP; send the complete file");
  }

  static UnreadablePictureException damaged(String why) {
    return new UnreadablePictureException(
        "is a damaged WebP: %s; send or save the file again".formatted(why));
  }

  /** Reads the chunks one after the other. */
  private static final class Reading {
    private final ByteBuffer in;
    private int width;
    private int height;
    private int orientation = 1;
    private @Nullable Region frame;
    private @Nullable Chunk pixels;
    private boolean lossless;
    private @Nullable Chunk alpha;

    Reading(byte[] file) {
      in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    WebpFile read() throws UnreadablePictureException {
      chunks(FIRST_CHUNK, in.capacity());
      if (pixels == null) {
        throw truncated();
      }
      Region image = lossless ? losslessSize(pixels) : lossySize(pixels);
      if (frame == null) {
        frame = width == 0 ? image : Region.whole(width, height);
      }
      if (width == 0) {
        width = image.width();
        height = image.height();
      }
      boolean fits = frame.left() + frame.width() <= width && frame.bottom() <= height;
      if (image.width() != frame.width() || image.height() != frame.height() || !fits) {
        throw damaged("its headers contradict each other");
      }
      return new WebpFile(in.array(), width, height, orientation, frame, pixels, lossless, alpha);
    }

    private void chunks(int begin, int end) throws UnreadablePictureException {
      int at = begin;
      while (at + 8 <= end) {
        int from = at + 8;
        long length = in.getInt(at + 4) & 0xffffffffL;
        if (length > end - from) {
          if (pixels != null) {
            return; // What the image depends on is complete.
          }
          throw truncated();
        }
        chunk(in.getInt(at), new Chunk(from, from + (int) length));
        at = from + (int) Math.min(end - from, length + (length & 1));
      }
    }

    private void chunk(int type, Chunk chunk) throws UnreadablePictureException {
      switch (type) {
        case EXTENDED -> {
          if (width == 0) {
            width = number24(chunk.from() + 4) + 1;
            height = number24(chunk.from() + 7) + 1;
          }
        }
        case ANIMATION_FRAME -> {
          if (pixels == null && chunk.end() - chunk.from() > FRAME_HEADER) {
            int at = chunk.from();
            frame =
                new Region(
                    2 * number24(at),
                    2 * number24(at + 3),
                    number24(at + 6) + 1,
                    number24(at + 9) + 1);
            chunks(at + FRAME_HEADER, chunk.end());
          }
        }
        case ALPHA -> alpha = pixels == null ? chunk : alpha;
        case LOSSY, LOSSLESS -> {
          if (pixels == null) {
            pixels = chunk;
            lossless = type == LOSSLESS;
          }
        }
        case EXIF -> orientation = Exif.orientation(in.array(), chunk.from(), chunk.end());
        default -> {}
      }
    }

    private Region lossySize(Chunk chunk) throws UnreadablePictureException {
      int at = chunk.from();
      if (chunk.end() - at < 10 || number24(at + 3) != LOSSY_START_CODE || (in.get(at) & 1) != 0) {
        throw damaged("its pixels don't begin with a key frame");
      }
      return Region.whole(in.getShort(at + 6) & 0x3fff, in.getShort(at + 8) & 0x3fff);
    }

    private Region losslessSize(Chunk chunk) throws UnreadablePictureException {
      int at = chunk.from();
      if (chunk.end() - at < 5 || in.get(at) != LOSSLESS_SIGNATURE) {
        throw damaged("its pixels don't begin with a signature");
      }
      int size = in.getInt(at + 1);
      return Region.whole((size & 0x3fff) + 1, (size >> 14 & 0x3fff) + 1);
    }

    private int number24(int at) {
      return in.getShort(at) & 0xffff | (in.get(at + 2) & 0xff) << 16;
    }
  }
}
