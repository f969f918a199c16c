package dev.resnet.pictures;

/** The bits of a lossless WebP, lowest bit first. */
final class WebpBits {
  private final byte[] file;
  private final int end;
  private int at;
  private int bits;
  private int count;

  WebpBits(byte[] file, int from, int end) {
    this.file = file;
    this.at = from;
    this.end = end;
  }

  int bit() throws UnreadablePictureException {
    if (count == 0) {
      if (at >= end) {
        throw WebpFile.damaged("it has fewer pixels than its header says");
      }
      bits = file[at++] & 0xff;
      count = 8;
    }
    int bit = bits & 1;
    bits >>= 1;
    count--;
    return bit;
  }

  /** A number of up to 31 bits. */
  int read(int length) throws UnreadablePictureException {
    int number = 0;
    for (int i = 0; i < length; i++) {
      number |= bit() << i;
    }
    return number;
  }
}
