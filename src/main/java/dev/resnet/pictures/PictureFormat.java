package dev.resnet.pictures;

import java.util.Optional;

/**
 * Supported file formats, detected by their first bytes because names and headers are often wrong.
 */
public enum PictureFormat {
  PNG(0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'),
  JPEG(0xff, 0xd8, 0xff);

  private final int[] magic;

  PictureFormat(int... magic) {
    this.magic = magic;
  }

  public static Optional<PictureFormat> of(byte[] file) {
    for (PictureFormat format : values()) {
      if (format.matches(file)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  private boolean matches(byte[] file) {
    if (file.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((file[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
