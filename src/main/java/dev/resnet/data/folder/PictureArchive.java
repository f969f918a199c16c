package dev.resnet.data.folder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An archive of pictures in folders by class. Opening it checks its structure; no picture is
 * decoded yet, and nothing is ever unpacked to the disk.
 */
public final class PictureArchive implements AutoCloseable {
  private final Entries entries;
  private final Layout.Result layout;
  private final List<SkippedFile> others;
  private final int ignored;

  private PictureArchive(Entries entries, Inventory inventory, Layout.Result layout) {
    this.entries = entries;
    this.layout = layout;
    this.others = List.copyOf(inventory.others());
    this.ignored = inventory.ignored();
  }

  /**
   * Reads the structure of an archive, which takes some seconds for a large tar file.
   *
   * @param file a zip, tar or tar.gz file, whatever its name
   * @throws RefusedArchiveException if it is no archive, is damaged or dangerous, passes a limit,
   *     or does not hold pictures of at least two classes
   */
  public static PictureArchive open(Path file, ArchiveLimits limits) throws IOException {
    Entries entries =
        switch (ArchiveFormat.of(file)) {
          case ZIP -> ZipEntries.open(file, limits);
          case TAR -> new TarEntries(file, false, limits);
          case TAR_GZ -> new TarEntries(file, true, limits);
        };
    try {
      var inventory = new Inventory(limits);
      entries.walk(inventory);
      return new PictureArchive(entries, inventory, Layout.of(inventory, limits));
    } catch (IOException | RuntimeException | Error e) {
      entries.close();
      throw e;
    }
  }

  /**
   * The classes by index, with the pictures that the archive has for each; some of them may turn
   * out to be unreadable. All count as training pictures if {@link #hasTest()} is false.
   */
  public List<ClassCount> classes() {
    int[][] counts = new int[layout.classes().size()][2];
    for (ArchivedPicture picture : layout.pictures()) {
      counts[picture.label()][picture.split() == Split.TEST ? 1 : 0]++;
    }
    List<ClassCount> classes = new ArrayList<>();
    for (int c = 0; c < counts.length; c++) {
      classes.add(new ClassCount(layout.classes().get(c), counts[c][0], counts[c][1]));
    }
    return classes;
  }

  /** The number of pictures. */
  public int pictures() {
    return layout.pictures().size();
  }

  /** Whether the archive itself separates test pictures. */
  public boolean hasTest() {
    return layout.pictures().get(0).split() != null;
  }

  /** In the order of their paths. */
  List<ArchivedPicture> sorted() {
    return layout.pictures();
  }

  List<String> classNames() {
    return layout.classes();
  }

  /** Pictures in no class. */
  List<SkippedFile> strays() {
    return layout.strays();
  }

  /** Files that are no pictures. */
  List<SkippedFile> others() {
    return others;
  }

  /** The number of hidden files and of those that an operating system made. */
  int ignored() {
    return ignored;
  }

  Entries entries() {
    return entries;
  }

  @Override
  public void close() throws IOException {
    entries.close();
  }
}
