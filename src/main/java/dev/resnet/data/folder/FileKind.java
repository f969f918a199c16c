package dev.resnet.data.folder;

import dev.resnet.pictures.PictureFormat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarUtils;

/** What a file is by its first bytes; names only decide where these say nothing. */
enum FileKind {
  PICTURE,
  /** A zip, tar, gzip, 7z, RAR, xz, bzip2 or Zstandard file. */
  ARCHIVE,
  OTHER;

  /** First bytes that are enough to tell. */
  static final int HEAD = 512;

  private static final int TAR_CHECKSUM = 148;

  /** Names under which people keep pictures, also in formats that can't be read. */
  private static final Set<String> PICTURE_EXTENSIONS =
      Set.of(
          "jpg", "jpeg", "jpe", "jfif", "png", "apng", "gif", "bmp", "dib", "webp", "tif", "tiff",
          "heic", "heif", "avif", "jp2", "jxl", "ico", "tga", "ppm", "pgm", "pbm", "pnm", "psd",
          "cr2", "nef", "arw", "dng");

  /** Documents that are zip files inside. */
  private static final Set<String> DOCUMENT_EXTENSIONS =
      Set.of(
          "docx", "xlsx", "xlsm", "pptx", "odt", "ods", "odp", "odg", "epub", "jar", "apk", "key",
          "numbers", "pages", "kra", "ora", "sketch", "npz", "pt", "pth", "whl");

  static FileKind of(String name, byte[] head) {
    if (PictureFormat.of(head).isPresent()) {
      return PICTURE;
    }
    String extension = extension(name);
    if (archive(head).isPresent()) {
      return DOCUMENT_EXTENSIONS.contains(extension) ? OTHER : ARCHIVE;
    }
    return PICTURE_EXTENSIONS.contains(extension) ? PICTURE : OTHER;
  }

  private static String extension(String name) {
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /** The name of the archive format that a file begins like. */
  static Optional<String> archive(byte[] head) {
    if (begins(head, "PK\003\004") || begins(head, "PK\005\006") || begins(head, "PK\007\b")) {
      return Optional.of("zip");
    }
    if (begins(head, "\u001f\u008b")) {
      return Optional.of("gzip");
    }
    if (begins(head, "7z\u00bc\u00af\u0027\u001c")) {
      return Optional.of("7z");
    }
    if (begins(head, "Rar!\u001a\u0007")) {
      return Optional.of("RAR");
    }
    if (begins(head, "\u00fd7zXZ\0")) {
      return Optional.of("xz");
    }
    if (begins(head, "\u0028\u00b5\u002f\u00fd")) {
      return Optional.of("Zstandard");
    }
    if (begins(head, "BZh") && head.length > 9 && head[4] == '1' && head[5] == 'A') {
      return Optional.of("bzip2");
    }
    return isTar(head) ? Optional.of("tar") : Optional.empty();
  }

  /** A tar header has a checksum of itself, in old archives too. */
  static boolean isTar(byte[] head) {
    try {
      return head.length >= HEAD
          && head[TAR_CHECKSUM] != 0
          && TarUtils.verifyCheckSum(Arrays.copyOf(head, HEAD));
    } catch (IllegalArgumentException e) {
      return false; // The library's answer to a checksum that is no number.
    }
  }

  static boolean begins(byte[] head, String magic) {
    byte[] wanted = magic.getBytes(StandardCharsets.ISO_8859_1);
    return head.length >= wanted.length
        && Arrays.equals(head, 0, wanted.length, wanted, 0, wanted.length);
  }
}
