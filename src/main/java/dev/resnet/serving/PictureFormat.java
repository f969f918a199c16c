package dev.resnet.serving;

import java.util.Optional;

/** The file formats that are read, told by their first bytes: names and headers lie too often. */
public enum PictureFormat {
  PNG("png", 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'),
  JPEG("jpeg", 0xff, 0xd8, 0xff);

  private final String reader;
  private final int[] magic;

  PictureFormat(String reader, int... magic) {
    this.reader = reader;
    this.magic = magic;
  }

  /** The format's name in the Java image library. */
  String reader() {
    return reader;
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
