package dev.resnet.data.folder;

import dev.resnet.files.VolumeFiles;
import dev.resnet.pictures.PictureFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** The archives that can be read, told by their content. */
enum ArchiveFormat {
  ZIP,
  TAR,
  TAR_GZ;

  private static final String WHAT_TO_SEND = "send a zip, tar or tar.gz archive";

  /**
   * @throws RefusedArchiveException if it is none of them; the message says what it is
   */
  static ArchiveFormat of(Path file) throws IOException {
    byte[] head;
    try (var in = VolumeFiles.read(file)) {
      head = in.readNBytes(FileKind.HEAD);
    }
    String kind = FileKind.archive(head).orElse("");
    switch (kind) {
      case "zip":
        if (FileKind.begins(head, "PK\007\b")) {
          throw ZipDirectory.severalFiles();
        }
        return ZIP;
      case "gzip":
        return TAR_GZ;
      case "tar":
        return TAR;
      default:
        throw new RefusedArchiveException(
            "is %s; %s".formatted(kind.isEmpty() ? what(head) : kindOf(kind), WHAT_TO_SEND));
    }
  }

  private static String kindOf(String archive) {
    return "a %s file, which is not supported".formatted(archive);
  }

  private static String what(byte[] head) {
    if (head.length == 0) {
      return "empty";
    }
    var picture = PictureFormat.of(head);
    if (picture.isPresent()) {
      return "a single %s picture, not an archive".formatted(picture.get());
    }
    String text = new String(head, StandardCharsets.ISO_8859_1).strip().toLowerCase(Locale.ROOT);
    if (text.startsWith("<!doctype html") || text.startsWith("<html")) {
      return "an HTML page, not an archive";
    }
    if (text.startsWith("%pdf")) {
      return "a PDF document, not an archive";
    }
    return "no zip, tar or tar.gz file";
  }
}
