package dev.resnet.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first frame of a GIF (GIF89a specification). Its canvas is the logical screen, enlarged if
 * the frame reaches beyond, as in browsers.
 *
 * @param file the whole file
 * @param width of the canvas
 * @param frame where the frame is on the canvas
 * @param palette packed alpha, red, green, blue by index; the transparent colour has alpha 0
 * @param data offset of the compressed pixels
 */
record GifFile(
    byte[] file, int width, int height, Region frame, boolean interlaced, int[] palette, int data)
    implements PictureFile {
  private static final int FIRST_BLOCK = 13;
  private static final int EXTENSION = 0x21;
  private static final int GRAPHIC_CONTROL = 0xf9;
  private static final int IMAGE = 0x2c;
  private static final int TRAILER = 0x3b;
  private static final int HAS_PALETTE = 0x80;
  private static final int INTERLACED = 0x40;
  private static final int OPAQUE_BLACK = 0xff000000;

  static GifFile of(byte[] file) throws UnreadablePictureException {
    var in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int flags = in.get(10);
    int[] palette = palette(in, FIRST_BLOCK, flags);
    int at = FIRST_BLOCK + 3 * palette.length;
    int transparent = -1;
    while (true) {
      switch (in.get(at) & 0xff) {
        case 0 -> at++; // Some programs write a zero between two blocks.
        case EXTENSION -> {
          if ((in.get(at + 1) & 0xff) == GRAPHIC_CONTROL) {
            transparent = (in.get(at + 3) & 1) == 1 ? in.get(at + 6) & 0xff : -1;
          }
          at = afterBlocks(in, at + 2);
        }
        case IMAGE -> {
          return image(in, at, palette, transparent);
        }
        case TRAILER -> throw damaged("it has no frame");
        default -> throw damaged("it has an unknown block before its first frame");
      }
    }
  }

  private static GifFile image(ByteBuffer in, int at, int[] global, int transparent)
      throws UnreadablePictureException {
    int left = in.getShort(at + 1) & 0xffff;
    int top = in.getShort(at + 3) & 0xffff;
    int width = in.getShort(at + 5) & 0xffff;
    int height = in.getShort(at + 7) & 0xffff;
    int flags = in.get(at + 9);
    int[] local = palette(in, at + 10, flags);
    int[] palette = local.length > 0 ? local : global;
    if (width == 0 || height == 0) {
      throw damaged("its first frame is empty");
    }
    if (palette.length == 0) {
      throw damaged("it has no palette");
    }
    int[] all = new int[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = i < palette.length ? palette[i] : OPAQUE_BLACK;
    }
    if (transparent >= 0) {
      all[transparent] = 0;
    }
    return new GifFile(
        in.array(),
        Math.max(in.getShort(6) & 0xffff, left + width),
        Math.max(in.getShort(8) & 0xffff, top + height),
        new Region(left, top, width, height),
        (flags & INTERLACED) != 0,
        all,
        at + 10 + 3 * local.length);
  }

  private static int[] palette(ByteBuffer in, int at, int flags) {
    int[] palette = new int[(flags & HAS_PALETTE) == 0 ? 0 : 2 << (flags & 7)];
    for (int i = 0; i < palette.length; i++) {
      palette[i] =
          OPAQUE_BLACK
              | (in.get(at + 3 * i) & 0xff) << 16
              | (in.get(at + 3 * i + 1) & 0xff) << 8
              | in.get(at + 3 * i + 2) & 0xff;
    }
    return palette;
  }

  private static int afterBlocks(ByteBuffer in, int from) {
    int at = from;
    while (in.get(at) != 0) {
      at += 1 + (in.get(at) & 0xff);
    }
    return at + 1;
  }

  @Override
  public int orientation() {
    return 1;
  }

  @Override
  public long memory(Region region) {
    return GifRows.memory(this);
  }

  @Override
  public RegionRows rows(Region region) throws UnreadablePictureException {
    return new GifRows(this, region);
  }

  static UnreadablePictureException damaged(String why) {
    return new UnreadablePictureException(
        "is a damaged GIF: %s; send or save the file again".formatted(why));
  }
}
