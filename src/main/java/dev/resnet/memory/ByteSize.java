package dev.resnet.memory;

import org.springframework.util.unit.DataSize;

/** Formats sizes for messages. */
public final class ByteSize {
  private ByteSize() {}

  /** {@code 32 MB} */
  public static String text(DataSize size) {
    long bytes = size.toBytes();
    if (bytes % (1 << 20) == 0) {
      return (bytes >> 20) + " MB";
    }
    return bytes % (1 << 10) == 0 ? (bytes >> 10) + " kB" : bytes + " bytes";
  }
}
