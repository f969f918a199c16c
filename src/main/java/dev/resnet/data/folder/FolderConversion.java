package dev.resnet.data.folder;

import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Picture;
import dev.resnet.pictures.PictureReader;
import dev.resnet.pictures.ResizePolicy;
import dev.resnet.pictures.UnreadablePictureException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Makes the folder of a data set: from an archive, or from another such folder and further
 * pictures.
 *
 * <p>The order of the pictures and their split follow from the pictures, their paths and the seed:
 * neither the number of threads nor the format of the archive changes them. Memory holds a few
 * pictures at a time, however large the archive is.
 */
public final class FolderConversion {
  /** Pictures that a message names. */
  private static final int MOST_NAMED = 5;

  /** Part of the progress at which all pictures are decoded; the rest is writing. */
  private static final double DECODED = 0.9;

  private static final int PICTURES_BETWEEN_CALLS = 32;

  private final Reading reading;
  private final ArchiveLimits limits;

  /** {@link PictureReader#read}, for tests that let it fail. */
  @FunctionalInterface
  interface Reading {
    Picture read(byte[] file, ImageShape shape, ResizePolicy resize)
        throws UnreadablePictureException;
  }

  /** Receives the progress of a conversion, on any thread, but never on two at the same time. */
  @FunctionalInterface
  public interface Progress {

    /**
     * @param share 0 to 1
     * @param pictures decoded so far
     */
    void made(double share, int pictures);
  }

  public FolderConversion(PictureReader reader, ArchiveLimits limits) {
    this(reader::read, limits);
  }

  FolderConversion(Reading reading, ArchiveLimits limits) {
    this.reading = reading;
    this.limits = limits;
  }

  /**
   * Converts an archive. All files are flushed to the disk when it returns; after an exception the
   * folder may hold some of them. The archive can be used once.
   *
   * @param into an empty folder
   * @param threads that decode
   * @throws RefusedArchiveException if a picture's entry is damaged, a class has fewer than two
   *     readable pictures or, with {@link UploadOptions#strict()}, one picture can't be read
   * @throws InterruptedIOException if the thread is interrupted
   */
  public FolderHeader convert(
      PictureArchive archive, UploadOptions options, Path into, int threads, Progress progress)
      throws IOException {
    List<ArchivedPicture> pictures = archive.sorted();
    checkCount(pictures.size(), options.shape());
    Files.createDirectories(into);
    try (var converted = new ConvertedPictures(into, options.shape(), pictures.size())) {
      decode(archive, options, converted, threads, progress);
      List<SkippedFile> unusable = unusable(archive, converted);
      if (options.strict() && !unusable.isEmpty()) {
        throw new RefusedArchiveException(
            "has %s, and strict=true allows none: %s"
                .formatted(counted(unusable.size(), "unusable picture"), named(unusable)));
      }
      int[] readable =
          IntStream.range(0, pictures.size()).filter(i -> converted.reason(i) == null).toArray();
      checkClasses(archive, readable, unusable);
      List<ArchivedPicture> kept = IntStream.of(readable).mapToObj(pictures::get).toList();
      var split =
          SeededSplit.of(
              kept.stream().mapToInt(ArchivedPicture::label).toArray(),
              kept.stream().map(ArchivedPicture::split).toArray(Split[]::new),
              options.testFraction(),
              options.seed());
      List<SkippedFile> skipped = new ArrayList<>(unusable);
      skipped.addAll(archive.others());
      var writer =
          new FolderWriter(
              into,
              archive.classNames(),
              options,
              written ->
                  report(
                      progress,
                      DECODED + (1 - DECODED) * written / readable.length,
                      pictures.size(),
                      written));
      return writer.write(
          new Chosen(converted, pictures, readable, split.train()),
          new Chosen(converted, pictures, readable, split.test()),
          skipped.size(),
          skipped.stream().limit(FolderReport.LONGEST_LIST).toList(),
          archive.ignored());
    }
  }

  private static void report(Progress progress, double share, int pictures, int step) {
    if (step % PICTURES_BETWEEN_CALLS == 0) {
      progress.made(share, pictures);
    }
  }

  static void checkCount(long pictures, ImageShape shape) throws RefusedArchiveException {
    long most = (Integer.MAX_VALUE - 8) / shape.values(); // the longest array of pixels
    if (pictures > most) {
      throw new RefusedArchiveException(
          "has %,d pictures; a data set of %s pictures has at most %,d: send fewer, or choose a smaller size"
              .formatted(pictures, shape, most));
    }
  }

  private void decode(
      PictureArchive archive,
      UploadOptions options,
      ConvertedPictures converted,
      int threads,
      Progress progress)
      throws IOException {
    List<ArchivedPicture> pictures = archive.sorted();
    Map<Integer, Integer> positions = new HashMap<>();
    for (int i = 0; i < pictures.size(); i++) {
      positions.put(pictures.get(i).entry(), i);
    }
    List<Integer> wanted = positions.keySet().stream().sorted().toList();
    var lock = new Object();
    int[] done = {0};
    Decoder decoder = file -> reading.read(file, options.shape(), options.resize());
    try (var files = archive.entries().read(wanted, limits.maxPictureSize().toBytes())) {
      Workers.run(
          threads,
          () -> {
            for (var file = files.next(); file != null; file = files.next()) {
              if (Thread.interrupted()) {
                throw new InterruptedIOException("converting the pictures was interrupted");
              }
              convert(decoder, file, positions.get(file.entry()), converted);
              synchronized (lock) {
                done[0]++;
                report(progress, DECODED * done[0] / wanted.size(), done[0], done[0]);
              }
            }
          });
    }
  }

  private void convert(
      Decoder decoder, Entries.PictureFile file, int position, ConvertedPictures converted)
      throws IOException {
    try {
      if (file.bytes() == null) {
        throw UnreadablePictureException.largerThan(limits.maxPictureSize());
      }
      converted.put(position, decoder.readPatiently(file.bytes()).pixels());
    } catch (UnreadablePictureException e) {
      converted.fail(position, String.valueOf(e.getMessage()));
    }
  }

  /** Pictures that can't be read or are in no class. */
  private static List<SkippedFile> unusable(PictureArchive archive, ConvertedPictures converted) {
    List<SkippedFile> unusable = new ArrayList<>();
    for (int i = 0; i < archive.sorted().size(); i++) {
      String reason = converted.reason(i);
      if (reason != null) {
        unusable.add(new SkippedFile(archive.sorted().get(i).path(), reason));
      }
    }
    unusable.addAll(archive.strays());
    return unusable;
  }

  private static void checkClasses(
      PictureArchive archive, int[] readable, List<SkippedFile> unusable)
      throws RefusedArchiveException {
    int[] count = new int[archive.classNames().size()];
    int[] train = new int[count.length];
    for (int i : readable) {
      ArchivedPicture picture = archive.sorted().get(i);
      count[picture.label()]++;
      if (picture.split() != Split.TEST) {
        train[picture.label()]++;
      }
    }
    if (archive.hasTest() && IntStream.of(count).sum() == IntStream.of(train).sum()) {
      throw new RefusedArchiveException(
          "has no readable picture in test/; add some, or remove test/. What can't be read: "
              + named(unusable));
    }
    for (int c = 0; c < count.length; c++) {
      try {
        Layout.checkCount(archive.classNames().get(c), count[c], train[c], "readable ");
      } catch (RefusedArchiveException e) {
        throw new RefusedArchiveException(
            unusable.isEmpty()
                ? e.getMessage()
                : "%s. What can't be read: %s".formatted(e.getMessage(), named(unusable)),
            e);
      }
    }
  }

  private static String named(List<SkippedFile> files) {
    String named =
        files.stream()
            .limit(MOST_NAMED)
            .map(file -> "%s %s".formatted(EntryPath.shown(file.path()), file.reason()))
            .collect(Collectors.joining("; "));
    return files.size() <= MOST_NAMED
        ? named
        : "%s; and %,d more".formatted(named, files.size() - MOST_NAMED);
  }

  private static String counted(int count, String what) {
    return count == 1 ? "one " + what : "%,d %ss".formatted(count, what);
  }

  /** Some of the decoded pictures, in an order. */
  private record Chosen(
      ConvertedPictures converted, List<ArchivedPicture> pictures, int[] readable, int[] order)
      implements Records {

    @Override
    public int count() {
      return order.length;
    }

    @Override
    public int label(int i) {
      return pictures.get(readable[order[i]]).label();
    }

    @Override
    public void read(int i, byte[] pixels) throws IOException {
      converted.get(readable[order[i]], pixels);
    }

    @Override
    public String origin(int i) {
      return pictures.get(readable[order[i]]).path();
    }
  }

  /**
   * A data set with further pictures: those of the old folder in their order, then the added ones
   * in theirs, in each split.
   *
   * @param into an empty folder
   * @throws RefusedArchiveException if an added picture can't be read; the message names it
   */
  public FolderHeader extended(Path oldFolder, List<AddedPicture> added, Path into)
      throws IOException {
    FolderHeader old = FolderHeader.read(oldFolder);
    checkCount((long) old.train().pictures() + old.test().pictures() + added.size(), old.shape());
    Files.createDirectories(into);
    var options =
        new UploadOptions(old.shape(), old.resize(), old.testFraction(), old.seed(), old.strict());
    List<byte[]> pixels = decoded(added, options);
    try (var train = RecordFile.open(oldFolder, Split.TRAIN, old);
        var test = RecordFile.open(oldFolder, Split.TEST, old)) {
      return new FolderWriter(into, old.classes(), options, written -> {})
          .write(
              Extended.of(train, Split.TRAIN, added, pixels),
              Extended.of(test, Split.TEST, added, pixels),
              0,
              List.of(),
              0);
    }
  }

  private List<byte[]> decoded(List<AddedPicture> added, UploadOptions options) throws IOException {
    Decoder decoder = file -> reading.read(file, options.shape(), options.resize());
    List<byte[]> pixels = new ArrayList<>();
    List<SkippedFile> unreadable = new ArrayList<>();
    for (AddedPicture picture : added) {
      try {
        if (picture.file().length > limits.maxPictureSize().toBytes()) {
          throw UnreadablePictureException.largerThan(limits.maxPictureSize());
        }
        pixels.add(decoder.readPatiently(picture.file()).pixels());
      } catch (UnreadablePictureException e) {
        unreadable.add(new SkippedFile(picture.name(), String.valueOf(e.getMessage())));
      }
    }
    if (!unreadable.isEmpty()) {
      throw new RefusedArchiveException(
          "has %s: %s"
              .formatted(counted(unreadable.size(), "unreadable picture"), named(unreadable)));
    }
    return pixels;
  }
}
