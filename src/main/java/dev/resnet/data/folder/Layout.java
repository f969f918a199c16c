package dev.resnet.data.folder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which folder of an archive is which class: {@code train/<class>} and perhaps {@code
 * test/<class>}, or {@code <class>} alone. Folders around everything are taken away.
 */
final class Layout {
  private static final String TRAIN = "train";
  private static final String TEST = "test";

  private final ArchiveLimits limits;
  private final List<Placed> strays = new ArrayList<>();
  private List<Placed> placed;

  /**
   * A picture and the parts of its path, without the folders that don't count.
   *
   * @param place the parts, joined: what pictures are sorted by
   */
  private record Placed(Inventory.Found found, List<String> parts, String place) {
    static Placed of(Inventory.Found found, List<String> parts) {
      return new Placed(found, parts, String.join("/", parts));
    }

    String top() {
      return parts.get(0);
    }

    Placed inside() {
      return of(found, parts.subList(1, parts.size()));
    }
  }

  /**
   * @param classes in the order of code points
   * @param pictures in the order of their paths
   * @param strays pictures that lie in no class
   */
  record Result(List<String> classes, List<ArchivedPicture> pictures, List<SkippedFile> strays) {}

  private Layout(List<Inventory.Found> pictures, ArchiveLimits limits) {
    this.limits = limits;
    this.placed =
        pictures.stream()
            .map(found -> Placed.of(found, Arrays.asList(found.path().split("/"))))
            .collect(Collectors.toList());
  }

  /**
   * @throws RefusedArchiveException if the folders are no classes
   */
  static Result of(Inventory inventory, ArchiveLimits limits) throws RefusedArchiveException {
    if (inventory.pictures().isEmpty()) {
      throw new RefusedArchiveException(
          "has no pictures%s; send folders of pictures, one for each class"
              .formatted(
                  inventory.others().stream()
                      .findFirst()
                      .map(other -> " (%s is none)".formatted(EntryPath.shown(other.path())))
                      .orElse("")));
    }
    return new Layout(inventory.pictures(), limits).result();
  }

  private Result result() throws RefusedArchiveException {
    unwrap();
    takeStrays();
    boolean split = isSplit();
    List<ArchivedPicture> pictures = new ArrayList<>();
    placed.sort(
        Comparator.comparing(Placed::place, EntryPath.ORDER)
            .thenComparing(picture -> picture.found().path(), EntryPath.ORDER));
    List<String> names = new ArrayList<>();
    for (Placed picture : placed) {
      names.add(className(picture, split));
    }
    Set<String> ordered = new TreeSet<>(EntryPath.ORDER);
    ordered.addAll(names);
    List<String> classes = List.copyOf(ordered);
    checkClasses(classes);
    Map<String, Integer> labels = new HashMap<>();
    classes.forEach(name -> labels.put(name, labels.size()));
    for (int i = 0; i < names.size(); i++) {
      Placed picture = placed.get(i);
      pictures.add(
          new ArchivedPicture(
              picture.found().entry(),
              picture.found().path(),
              labels.get(names.get(i)),
              split ? splitOf(picture.top()) : null));
    }
    if (pictures.stream().noneMatch(picture -> picture.split() == Split.TEST)) {
      // The service divides train/ where there is no test/.
      pictures.replaceAll(p -> new ArchivedPicture(p.entry(), p.path(), p.label(), null));
    }
    checkCounts(classes, pictures);
    return new Result(
        classes,
        pictures,
        strays.stream()
            .map(
                stray ->
                    new SkippedFile(
                        stray.found().path(), "lies in no folder of a class; move it into one"))
            .toList());
  }

  /** Takes away folders that hold everything and are neither a split nor the only class. */
  private void unwrap() {
    while (true) {
      List<Placed> inFolders = placed.stream().filter(p -> p.parts().size() > 1).toList();
      Set<String> tops = inFolders.stream().map(Placed::top).collect(Collectors.toSet());
      if (tops.size() != 1 || splitOf(tops.iterator().next()) != null) {
        return;
      }
      Set<String> subfolders =
          inFolders.stream()
              .filter(p -> p.parts().size() > 2)
              .map(p -> p.parts().get(1))
              .collect(Collectors.toSet());
      boolean direct = inFolders.stream().anyMatch(p -> p.parts().size() == 2);
      if (subfolders.isEmpty()
          || direct && subfolders.size() == 1 && splitOf(subfolders.iterator().next()) == null) {
        return;
      }
      takeStrays();
      placed.replaceAll(Placed::inside);
    }
  }

  /** Pictures beside the folders of classes. */
  private void takeStrays() {
    placed.stream().filter(p -> p.parts().size() == 1).forEach(strays::add);
    placed.removeIf(p -> p.parts().size() == 1);
  }

  private static @Nullable Split splitOf(String folder) {
    return switch (folder.toLowerCase(Locale.ROOT)) {
      case TRAIN -> Split.TRAIN;
      case TEST -> Split.TEST;
      default -> null;
    };
  }

  /** Whether the upper folders are train and test; otherwise they are classes. */
  private boolean isSplit() throws RefusedArchiveException {
    Set<Split> splits = new HashSet<>();
    Optional<Placed> other = Optional.empty();
    Optional<Placed> direct = Optional.empty();
    for (Placed picture : placed) {
      Split split = splitOf(picture.top());
      if (split == null) {
        other = other.or(() -> Optional.of(picture));
      } else {
        splits.add(split);
        if (picture.parts().size() == 2) {
          direct = direct.or(() -> Optional.of(picture));
        }
      }
    }
    if (splits.isEmpty() || direct.isPresent() && other.isPresent()) {
      return false; // "train" may be a class: cars, planes, trains
    }
    if (direct.isPresent()) {
      throw new RefusedArchiveException(
          "has the picture %s in no folder of a class; move it into train/<class>/ or test/<class>/"
              .formatted(shown(direct.get())));
    }
    if (other.isPresent()) {
      throw new RefusedArchiveException(
          ("has the picture %s beside train/ and test/; move it into train/<class>/ or test/<class>/,"
                  + " or remove its folder")
              .formatted(shown(other.get())));
    }
    if (!splits.contains(Split.TRAIN)) {
      throw new RefusedArchiveException(
          "has test/ but no pictures in train/; add train/<class>/, or send the folders of the classes alone");
    }
    return true;
  }

  private String className(Placed picture, boolean split) throws RefusedArchiveException {
    String name = picture.parts().get(split ? 1 : 0).strip();
    int length = name.codePointCount(0, name.length());
    if (length > limits.maxNameLength()) {
      throw new RefusedArchiveException(
          ("has a class with a name of %d characters (%s); the limit is %d"
                  + " (resnet.datasets.archives.max-name-length): rename the folder")
              .formatted(length, shown(picture), limits.maxNameLength()));
    }
    return name;
  }

  private void checkClasses(List<String> classes) throws RefusedArchiveException {
    if (classes.size() < 2) {
      throw new RefusedArchiveException(
          "has pictures of %s; a data set needs at least two classes, each a folder of pictures"
              .formatted(
                  classes.isEmpty()
                      ? "no class, since %s lies in no folder".formatted(shown(strays.get(0)))
                      : "only one class, " + EntryPath.shown(classes.get(0))));
    }
    if (classes.size() > limits.maxClasses()) {
      throw new RefusedArchiveException(
          ("has %,d classes, such as %s; the limit is %,d"
                  + " (resnet.datasets.archives.max-classes): merge some")
              .formatted(
                  classes.size(),
                  classes.stream().limit(3).map(EntryPath::shown).collect(Collectors.joining(", ")),
                  limits.maxClasses()));
    }
  }

  private void checkCounts(List<String> classes, List<ArchivedPicture> pictures)
      throws RefusedArchiveException {
    int[] counts = new int[classes.size()];
    int[] train = new int[classes.size()];
    for (ArchivedPicture picture : pictures) {
      counts[picture.label()]++;
      if (picture.split() != Split.TEST) {
        train[picture.label()]++;
      }
    }
    for (int c = 0; c < counts.length; c++) {
      checkCount(classes.get(c), counts[c], train[c], "");
    }
  }

  /**
   * @param kind of pictures, with a space: "readable "
   */
  static void checkCount(String name, int count, int train, String kind)
      throws RefusedArchiveException {
    if (train == 0 && count > 0) {
      throw new RefusedArchiveException(
          "has no %spicture of the class %s in train/, only in test/; add some to train/%s/"
              .formatted(kind, EntryPath.shown(name), name));
    }
    if (count < 2) {
      throw new RefusedArchiveException(
          "has %s of the class %s; a class needs at least two: add some, or remove its folder"
              .formatted(
                  count == 0 ? "no " + kind + "picture" : "only one " + kind + "picture",
                  EntryPath.shown(name)));
    }
  }

  private static String shown(Placed picture) {
    return EntryPath.shown(picture.found().path());
  }
}
