package dev.resnet.serving;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG file (ISO/IEC 15948, section 5): length, type, data, CRC. The Java image
 * library reads over a wrong CRC and a missing end, and the network would be shown noise.
 */
final class PngFile {
  private static final int SIGNATURE = 8;
  private static final int END = 0x49454e44; // IEND

  /** In a type's first byte; chunks without it are critical. */
  private static final int ANCILLARY = 0x20 << 24;

  private PngFile() {}

  /** Every critical chunk is whole, up to the end. */
  static void check(byte[] file) throws UnreadablePictureException {
    var in = ByteBuffer.wrap(file).position(SIGNATURE);
    while (true) {
      if (in.remaining() < 12) {
        throw cutOff();
      }
      int length = in.getInt();
      int start = in.position();
      int type = in.getInt();
      if (length < 0 || length > in.remaining() - 4) {
        throw cutOff();
      }
      in.position(in.position() + length);
      int crc = in.getInt();
      if ((type & ANCILLARY) == 0 && crc != crc(file, start, length + 4)) {
        throw new UnreadablePictureException(
            "is a damaged PNG: the checksum of its %s chunk is wrong; send the file again"
                .formatted(new String(file, start, 4, StandardCharsets.ISO_8859_1)));
      }
      if (type == END) {
        return;
      }
    }
  }

  private static int crc(byte[] file, int from, int length) {
    var crc = new CRC32();
    crc.update(file, from, length);
    return (int) crc.getValue();
  }

  private static UnreadablePictureException cutOff() {
    return new UnreadablePictureException("is a PNG that is cut off; send the whole file");
  }
}
