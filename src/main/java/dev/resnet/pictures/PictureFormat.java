package dev.resnet.pictures;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Supported file formats, detected by their first bytes because names and headers are often wrong.
 */
public enum PictureFormat {
  PNG("PNG", "\u0089PNG\r\n\u001a\n"),
  JPEG("JPEG", "\u00ff\u00d8\u00ff"),
  GIF("GIF", "GIF87a", "GIF89a"),
  /**
   * Two letters, the size, zeros, the offset of the pixels and one of the lengths of the header.
   */
  BMP(
      "BMP",
      "BM????????????\f\0\0\0",
      "BM????????????(\0\0\0",
      "BM????????????4\0\0\0",
      "BM????????????8\0\0\0",
      "BM????????????@\0\0\0",
      "BM????????????l\0\0\0",
      "BM????????????|\0\0\0"),
  WEBP("WebP", "RIFF????WEBP"),
  /** The second number is 43 in a BigTIFF, which is refused by name. */
  TIFF("TIFF", "II*\0", "MM\0*", "II+\0", "MM\0+");

  /** All formats: {@code PNG, JPEG, … or TIFF}. */
  public static final String NAMES =
      Stream.of(values())
          .limit(values().length - 1L)
          .map(PictureFormat::toString)
          .collect(Collectors.joining(", ", "", " or " + values()[values().length - 1]));

  /** Stands for any byte. */
  private static final char ANY = '?';

  private final String title;
  private final String[] beginnings;

  /**
   * @param beginnings one character for each byte
   */
  PictureFormat(String title, String... beginnings) {
    this.title = title;
    this.beginnings = beginnings;
  }

  public static Optional<PictureFormat> of(byte[] file) {
    return Stream.of(values()).filter(format -> format.matches(file)).findFirst();
  }

  private boolean matches(byte[] file) {
    for (String beginning : beginnings) {
      if (begins(file, beginning)) {
        return true;
      }
    }
    return false;
  }

  private static boolean begins(byte[] file, String beginning) {
    if (file.length < beginning.length()) {
      return false;
    }
    for (int i = 0; i < beginning.length(); i++) {
      char expected = beginning.charAt(i);
      if (expected != ANY && (file[i] & 0xff) != expected) {
        return false;
      }
    }
    return true;
  }

  /** The name for people. */
  @Override
  public String toString() {
    return title;
  }
}
