package dev.resnet.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The headers of a BMP file: of OS/2 and of Windows, versions 1 to 5.
 *
 * @param file the whole file
 * @param topDown whether the first row is the uppermost; usually it is the lowest
 * @param bits per pixel: 1, 2, 4, 8, 16, 24 or 32
 * @param runs whether palette indexes are compressed as runs (RLE4 or RLE8)
 * @param palette packed alpha, red, green, blue by index; indexes beyond the palette are black
 * @param masks which bits of a pixel of 16 or 32 bits are red, green, blue and alpha
 * @param data offset of the pixels
 */
record BmpFile(
    byte[] file,
    int width,
    int height,
    boolean topDown,
    int bits,
    boolean runs,
    int[] palette,
    int[] masks,
    int data)
    implements PictureFile {
  /** The file header; the header of the image follows. */
  private static final int HEADER = 14;

  private static final int OS2_HEADER = 12;
  private static final int HEADER_WITH_MASKS = 52;
  private static final int HEADER_WITH_ALPHA = 56;

  /** OS/2 2.0. It has no masks, and its compression 3 is a fax format. */
  private static final int OS2_2_HEADER = 64;

  private static final int PLAIN = 0;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int MASKS = 3;
  private static final int MASKS_WITH_ALPHA = 6;

  private static final int[] MASKS_16 = {0x7c00, 0x3e0, 0x1f, 0};
  private static final int[] MASKS_32 = {0xff0000, 0xff00, 0xff, 0};
  private static final int OPAQUE_BLACK = 0xff000000;

  static BmpFile of(byte[] file) throws UnreadablePictureException {
    var in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int header = in.getInt(HEADER);
    boolean old = header == OS2_HEADER;
    int width = old ? in.getShort(18) & 0xffff : in.getInt(18);
    int height = old ? in.getShort(20) & 0xffff : in.getInt(22);
    int bits = in.getShort(old ? 24 : 28) & 0xffff;
    int compression = old ? PLAIN : in.getInt(30);
    if (width <= 0 || height == 0 || height == Integer.MIN_VALUE) {
      throw new UnreadablePictureException("has no size in its header; save it again");
    }
    boolean runs = compression == RLE8 && bits == 8 || compression == RLE4 && bits == 4;
    boolean masked = isMasked(header, bits, compression);
    if (!isKnown(bits) || !runs && !masked && compression != PLAIN) {
      throw new UnreadablePictureException(
          "is a BMP of an unsupported kind (%d bits, compression %d); save it as a PNG"
              .formatted(bits, compression));
    }
    int after = HEADER + header;
    int[] masks = bits == 16 ? MASKS_16.clone() : MASKS_32.clone();
    if (masked) {
      boolean alpha = header >= HEADER_WITH_ALPHA || compression == MASKS_WITH_ALPHA;
      for (int i = 0; i < masks.length; i++) {
        masks[i] = i < 3 || alpha ? in.getInt(HEADER + 40 + 4 * i) : 0;
      }
      after = Math.max(after, HEADER + 40 + 4 * (alpha ? 4 : 3));
    }
    int data = in.getInt(10);
    if (data < after || data > file.length) {
      throw truncated();
    }
    int entry = old ? 3 : 4;
    int colors = bits > 8 ? 0 : Math.min(1 << bits, (data - after) / entry);
    var bmp =
        new BmpFile(
            file,
            width,
            Math.abs(height),
            height < 0,
            bits,
            runs,
            palette(in, after, colors, entry),
            masks,
            data);
    if (!runs && bmp.dataBytes() > file.length - data) {
      throw truncated();
    }
    return bmp;
  }

  private static boolean isKnown(int bits) {
    return switch (bits) {
      case 1, 2, 4, 8, 16, 24, 32 -> true;
      default -> false;
    };
  }

  private static boolean isMasked(int header, int bits, int compression) {
    return (compression == MASKS || compression == MASKS_WITH_ALPHA)
        && (bits == 16 || bits == 32)
        && header != OS2_2_HEADER;
  }

  private static int[] palette(ByteBuffer in, int from, int colors, int entry) {
    int[] palette = new int[256];
    for (int i = 0; i < palette.length; i++) {
      int at = from + i * entry;
      palette[i] =
          i >= colors
              ? OPAQUE_BLACK
              : OPAQUE_BLACK
                  | (in.get(at + 2) & 0xff) << 16
                  | (in.get(at + 1) & 0xff) << 8
                  | in.get(at) & 0xff;
    }
    return palette;
  }

  /** Bytes from one row to the next: a multiple of 4. */
  long stride() {
    return ((long) width * bits + 31) / 32 * 4;
  }

  /** Some programs leave out the padding of the last row. */
  private long dataBytes() {
    return stride() * (height - 1) + ((long) width * bits + 7) / 8;
  }

  @Override
  public int orientation() {
    return 1;
  }

  @Override
  public long memory(Region region) {
    return BmpRows.memory(this);
  }

  @Override
  public RegionRows rows(Region region) throws UnreadablePictureException {
    return new BmpRows(this, region);
  }

  static UnreadablePictureException truncated() {
    return new UnreadablePictureException("is a truncated BMP; send the complete file");
  }
}
