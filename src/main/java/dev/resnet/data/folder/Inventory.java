package dev.resnet.data.folder;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What an archive holds: pictures, other files, and what is ignored. */
final class Inventory implements Entries.Visitor {
  private final ArchiveLimits limits;
  private final Set<String> paths = new HashSet<>();
  private final List<Found> pictures = new ArrayList<>();
  private final List<SkippedFile> others = new ArrayList<>();
  private int ignored;

  /**
   * A file that is a picture, or is called like one.
   *
   * @param entry its number
   * @param path with slashes between its parts
   */
  record Found(int entry, String path) {}

  Inventory(ArchiveLimits limits) {
    this.limits = limits;
  }

  @Override
  public void visit(Entries.Entry entry) throws IOException {
    String raw = entry.name();
    List<String> parts = EntryPath.parts(raw, limits.maxPathLength());
    if (entry.folder()) {
      return;
    }
    if (EntryPath.isIgnored(parts)) {
      ignored++;
      return;
    }
    EntryPath.checkCharacters(parts, raw);
    if (parts.isEmpty()) {
      throw new RefusedArchiveException(
          "has a file without a name (%s); pack the folder again".formatted(EntryPath.shown(raw)));
    }
    String path = String.join("/", parts);
    if (!paths.add(path)) {
      throw new RefusedArchiveException(
          "has the file %s twice; rename or remove one".formatted(EntryPath.shown(raw)));
    }
    switch (FileKind.of(path, entry.head().read())) {
      case PICTURE -> pictures.add(new Found(entry.number(), path));
      case OTHER -> others.add(new SkippedFile(path, "is no picture"));
      case ARCHIVE ->
          throw new RefusedArchiveException(
              "has an archive inside: %s; unpack it and pack the pictures themselves"
                  .formatted(EntryPath.shown(raw)));
    }
  }

  /** In the archive's order. */
  List<Found> pictures() {
    return pictures;
  }

  /** Files that are no pictures. */
  List<SkippedFile> others() {
    return others;
  }

  /** The number of hidden files and of those that an operating system made. */
  int ignored() {
    return ignored;
  }
}
