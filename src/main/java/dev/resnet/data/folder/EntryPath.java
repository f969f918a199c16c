package dev.resnet.data.folder;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PrimitiveIterator;
import java.util.Set;

/**
 * The path of an archive's entry, checked and made uniform: slashes between its parts, Unicode's
 * NFC (macOS writes NFD), no empty parts. Nothing is ever written under such a path.
 */
final class EntryPath {
  /** The order of class names and pictures: by code points, the same in every locale. */
  static final Comparator<String> ORDER = EntryPath::compare;

  private static final int LONGEST_SHOWN = 200;

  /** What operating systems and file servers put beside people's files; in lower case. */
  private static final Set<String> SYSTEM_NAMES =
      Set.of(
          "__macosx",
          "thumbs.db",
          "desktop.ini",
          "ehthumbs.db",
          "icon\r",
          "@eadir",
          "$recycle.bin",
          "system volume information");

  private EntryPath() {}

  /**
   * The parts of a path.
   *
   * @throws RefusedArchiveException if it leaves the archive or is no usable name
   */
  static List<String> parts(String raw, int longest) throws RefusedArchiveException {
    int length = raw.codePointCount(0, raw.length());
    if (length > longest) {
      throw new RefusedArchiveException(
          ("has an entry with a path of %,d characters (%s); the limit is %,d"
                  + " (resnet.datasets.archives.max-path-length): use shorter names")
              .formatted(length, shown(raw), longest));
    }
    String path = raw.replace('\\', '/');
    if (path.startsWith("/") || path.matches("(?s)[A-Za-z]:(/.*)?")) {
      throw new RefusedArchiveException(
          "has the entry %s with an absolute path; pack the folder with relative paths"
              .formatted(shown(raw)));
    }
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/")) {
      if (part.equals("..")) {
        throw new RefusedArchiveException(
            "has the entry %s, whose path contains '..'; pack the folder from its parent folder"
                .formatted(shown(raw)));
      }
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(Normalizer.normalize(part, Normalizer.Form.NFC));
      }
    }
    return parts;
  }

  /** Whether the system made the entry, or it is hidden. */
  static boolean isIgnored(List<String> parts) {
    return parts.stream()
        .anyMatch(
            part -> part.startsWith(".") || SYSTEM_NAMES.contains(part.toLowerCase(Locale.ROOT)));
  }

  /**
   * @throws RefusedArchiveException if a part has a character that no name should have
   */
  static void checkCharacters(List<String> parts, String raw) throws RefusedArchiveException {
    for (String part : parts) {
      if (part.isBlank() || part.codePoints().anyMatch(EntryPath::isUnusable)) {
        throw new RefusedArchiveException(
            "has the entry %s, whose name is blank or has control characters; rename it"
                .formatted(shown(raw)));
      }
    }
  }

  private static boolean isUnusable(int c) {
    return Character.isISOControl(c)
        || Character.getType(c) == Character.SURROGATE
        || Character.getType(c) == Character.LINE_SEPARATOR
        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR;
  }

  /** A name in quotes for a message; long ones are cut, control characters replaced. */
  static String shown(String raw) {
    String text = raw.replaceAll("[\\p{Cc}\\p{Cs}\\u2028\\u2029]", "\ufffd");
    return "'%s'"
        .formatted(text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…");
  }

  private static int compare(String a, String b) {
    PrimitiveIterator.OfInt left = a.codePoints().iterator();
    PrimitiveIterator.OfInt right = b.codePoints().iterator();
    while (left.hasNext() && right.hasNext()) {
      int order = Integer.compare(left.nextInt(), right.nextInt());
      if (order != 0) {
        return order;
      }
    }
    return Boolean.compare(left.hasNext(), right.hasNext());
  }
}
