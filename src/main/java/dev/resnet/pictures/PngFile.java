package dev.resnet.pictures;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a PNG file other than its pixels (ISO/IEC 15948). Text, profiles and other chunks
 * that may be compressed are skipped.
 *
 * @param file the whole file
 * @param bits per sample: 1, 2, 4, 8 or 16
 * @param color type of colour: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha
 * @param palette red, green, blue by index
 * @param transparency the tRNS chunk: alpha by palette index, or the sample values that mean
 *     "transparent"
 * @param orientation of the eXIf chunk, 1 to 8
 * @param data offset of the first IDAT chunk
 */
record PngFile(
    byte[] file,
    int width,
    int height,
    int bits,
    int color,
    boolean interlaced,
    byte @Nullable [] palette,
    byte @Nullable [] transparency,
    int orientation,
    int data)
    implements PictureFile {
  static final int GREY = 0;
  static final int RGB = 2;
  static final int PALETTE = 3;
  static final int GREY_ALPHA = 4;
  static final int RGB_ALPHA = 6;

  static final int IDAT = 0x49444154;
  static final int IEND = 0x49454e44;
  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504c5445;
  private static final int TRNS = 0x74524e53;
  private static final int EXIF = 0x65584966;

  private static final int SIGNATURE = 8;

  /** The ancillary bit in a chunk type's first byte; chunks without it are critical. */
  private static final int ANCILLARY = 0x20 << 24;

  /** Reads the file. All critical chunks must be intact; damaged ancillary chunks are ignored. */
  static PngFile of(byte[] file) throws UnreadablePictureException {
    var in = ByteBuffer.wrap(file).position(SIGNATURE);
    byte[] header = null;
    byte[] palette = null;
    byte[] transparency = null;
    int orientation = 1;
    boolean oriented = false;
    int data = 0;
    while (true) {
      if (in.remaining() < 12) {
        throw truncated();
      }
      int chunk = in.position();
      int length = in.getInt();
      int type = in.getInt();
      if (length < 0 || length > in.remaining() - 4) {
        throw truncated();
      }
      int start = in.position();
      in.position(start + length);
      boolean intact = in.getInt() == crc(file, start - 4, length + 4);
      if (!intact && (type & ANCILLARY) == 0) {
        throw new UnreadablePictureException(
            "is a damaged PNG: the checksum of its %s chunk is wrong; send the file again"
                .formatted(
                    new String(file, start - 4, 4, StandardCharsets.ISO_8859_1)
                        .replaceAll("[^A-Za-z]", "?")));
      }
      if (header == null && (type != IHDR || length < 13)) {
        throw damaged("it does not start with a header");
      }
      switch (type) {
        case IHDR -> header = header == null ? bytes(file, start, 13) : header;
        case PLTE ->
            palette = palette == null ? bytes(file, start, Math.min(length, 768)) : palette;
        case TRNS -> {
          // At most one, before the pixels (section 5.6); other decoders ignore it elsewhere too.
          if (intact && transparency == null && data == 0) {
            transparency = bytes(file, start, Math.min(length, 256));
          }
        }
        case EXIF -> {
          if (intact && !oriented) {
            oriented = true;
            orientation = Exif.orientation(file, start, start + length);
          }
        }
        case IDAT -> data = data == 0 ? chunk : data;
        case IEND -> {
          return of(file, ByteBuffer.wrap(header), palette, transparency, orientation, data);
        }
        default -> {}
      }
    }
  }

  private static PngFile of(
      byte[] file,
      ByteBuffer header,
      byte @Nullable [] palette,
      byte @Nullable [] transparency,
      int orientation,
      int data)
      throws UnreadablePictureException {
    int width = header.getInt();
    int height = header.getInt();
    int bits = header.get() & 0xff;
    int color = header.get() & 0xff;
    int compression = header.get();
    int filter = header.get();
    int interlace = header.get();
    if (width <= 0 || height <= 0) {
      throw damaged("its header has no size");
    }
    if (!isKnown(color, bits)
        || compression != 0
        || filter != 0
        || interlace != 0 && interlace != 1) {
      throw damaged("its header has an unknown colour type or bit depth");
    }
    if (color == PALETTE && palette == null) {
      throw damaged("it has no palette");
    }
    if (data == 0) {
      throw damaged("it has no pixels");
    }
    return new PngFile(
        file, width, height, bits, color, interlace == 1, palette, transparency, orientation, data);
  }

  @Override
  public long memory(Region region) {
    return PngRows.memory(this, region);
  }

  @Override
  public RegionRows rows(Region region) {
    return new PngRows(this, region);
  }

  /** Table 11.1 of the standard. */
  private static boolean isKnown(int color, int bits) {
    return switch (color) {
      case GREY -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
      case PALETTE -> bits == 1 || bits == 2 || bits == 4 || bits == 8;
      case RGB, GREY_ALPHA, RGB_ALPHA -> bits == 8 || bits == 16;
      default -> false;
    };
  }

  int channels() {
    return switch (color) {
      case RGB -> 3;
      case GREY_ALPHA -> 2;
      case RGB_ALPHA -> 4;
      default -> 1;
    };
  }

  /** Bytes of a row of this many pixels, without the filter byte. */
  long rowBytes(int pixels) {
    return ((long) pixels * channels() * bits + 7) / 8;
  }

  private static byte[] bytes(byte[] file, int from, int length) {
    byte[] bytes = new byte[length];
    System.arraycopy(file, from, bytes, 0, length);
    return bytes;
  }

  private static int crc(byte[] file, int from, int length) {
    var crc = new CRC32();
    crc.update(file, from, length);
    return (int) crc.getValue();
  }

  static UnreadablePictureException truncated() {
    return new UnreadablePictureException("is a truncated PNG; send the complete file");
  }

  static UnreadablePictureException damaged(String why) {
    return new UnreadablePictureException(
        "is a damaged PNG: %s; send or save the file again".formatted(why));
  }
}
