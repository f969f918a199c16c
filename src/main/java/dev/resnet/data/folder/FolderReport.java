package dev.resnet.data.folder;

import java.util.List;

/**
 * What became of an archive. The counts are exact; the lists hold the first {@link #LONGEST_LIST}.
 *
 * @param classes the pictures by class and split
 * @param skipped files that did not become a picture
 * @param skippedFiles the first of them, pictures before other files
 * @param ignored hidden files and those that an operating system made
 * @param testInTrain test pictures that are equal to a training picture after resizing
 * @param duplicates the first of them
 * @param trainTwice training pictures that are equal to an earlier one after resizing
 */
public record FolderReport(
    List<ClassCount> classes,
    int skipped,
    List<SkippedFile> skippedFiles,
    int ignored,
    int testInTrain,
    List<Duplicate> duplicates,
    int trainTwice) {

  /** Entries of each list. */
  public static final int LONGEST_LIST = 100;

  /** Two equal pictures, by the paths they came from. */
  public record Duplicate(String train, String test) {}

  public FolderReport {
    classes = List.copyOf(classes);
    skippedFiles = List.copyOf(skippedFiles);
    duplicates = List.copyOf(duplicates);
  }
}
