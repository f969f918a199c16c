package dev.resnet.data.folder;

import dev.resnet.data.folder.FolderReport.Duplicate;
import dev.resnet.files.AtomicFiles;
import dev.resnet.files.Sha256;
import dev.resnet.pictures.ImageShape;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Writes the folder of a data set: its pictures, then {@code dataset.json}. All files are flushed
 * to the disk.
 */
final class FolderWriter {
  private final Path folder;
  private final List<String> classes;
  private final UploadOptions options;
  private final IntConsumer written;
  private final ChannelSums sums = new ChannelSums();

  /** The first training picture with this content. */
  private final Map<Content, Integer> seen = new HashMap<>();

  private final List<Duplicate> duplicates = new ArrayList<>();
  private final int[][] counts;
  private int trainTwice;
  private int testInTrain;
  private int done;

  /** Half of a SHA-256. */
  private record Content(long high, long low) {
    static Content of(byte[] pixels) {
      String hex = Sha256.of(pixels);
      return new Content(
          Long.parseUnsignedLong(hex, 0, 16, 16), Long.parseUnsignedLong(hex, 16, 32, 16));
    }
  }

  /** What happens to one picture before it is written. */
  @FunctionalInterface
  private interface Look {
    void at(int i, Content content, byte[] pixels);
  }

  /**
   * @param folder exists
   * @param written called with the number of pictures written so far
   */
  FolderWriter(Path folder, List<String> classes, UploadOptions options, IntConsumer written) {
    this.folder = folder;
    this.classes = classes;
    this.options = options;
    this.written = written;
    this.counts = new int[classes.size()][2];
  }

  /**
   * @param skipped exact number of skipped files
   * @param skippedFiles the first of them
   */
  FolderHeader write(
      Records train, Records test, int skipped, List<SkippedFile> skippedFiles, int ignored)
      throws IOException {
    FolderHeader.Part trainPart =
        write(
            Split.TRAIN,
            train,
            (i, content, pixels) -> {
              sums.add(pixels);
              if (seen.putIfAbsent(content, i) != null) {
                trainTwice++;
              }
            });
    FolderHeader.Part testPart =
        write(
            Split.TEST,
            test,
            (i, content, pixels) -> {
              Integer same = seen.get(content);
              if (same != null && testInTrain++ < FolderReport.LONGEST_LIST) {
                duplicates.add(new Duplicate(train.origin(same), test.origin(i)));
              }
            });
    var header =
        new FolderHeader(
            FolderHeader.FORMAT,
            FolderHeader.contentSha256(
                classes, options.shape().size(), options.resize(), trainPart, testPart),
            classes,
            options.shape().size(),
            options.resize(),
            options.testFraction(),
            options.seed(),
            options.strict(),
            trainPart,
            testPart,
            sums.mean(),
            sums.standardDeviation(),
            new FolderReport(
                classCounts(),
                skipped,
                skippedFiles,
                ignored,
                testInTrain,
                duplicates,
                trainTwice));
    AtomicFiles.write(folder.resolve(FolderHeader.FILE), out -> out.write(header.json()));
    return header;
  }

  private FolderHeader.Part write(Split split, Records records, Look look) throws IOException {
    ImageShape shape = options.shape();
    byte[] pixels = new byte[shape.values()];
    AtomicFiles.Written file =
        AtomicFiles.write(
            folder.resolve(RecordFile.name(split)),
            out -> {
              for (int i = 0; i < records.count(); i++) {
                if (Thread.interrupted()) {
                  throw new InterruptedIOException("writing the data set was interrupted");
                }
                int label = records.label(i);
                records.read(i, pixels);
                look.at(i, Content.of(pixels), pixels);
                counts[label][split.ordinal()]++;
                out.write(label >> 8);
                out.write(label);
                out.write(pixels, 0, pixels.length);
                written.accept(++done);
              }
            });
    return new FolderHeader.Part(records.count(), file.sha256());
  }

  private List<ClassCount> classCounts() {
    List<ClassCount> list = new ArrayList<>();
    for (int c = 0; c < counts.length; c++) {
      list.add(new ClassCount(classes.get(c), counts[c][0], counts[c][1]));
    }
    return list;
  }
}
