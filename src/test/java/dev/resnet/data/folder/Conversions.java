package dev.resnet.data.folder;

import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.PictureReader;
import dev.resnet.pictures.PictureSettings;
import dev.resnet.pictures.ResizePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import org.springframework.util.unit.DataSize;

/** Conversions of small archives. */
final class Conversions {
  static final PictureReader READER =
      new PictureReader(
          new PictureSettings(1 << 20, 1 << 21, DataSize.ofMegabytes(16), Duration.ofSeconds(10)));
  static final ArchiveLimits LIMITS = limits(200_000, 8L << 30, 200, 1000);
  static final UploadOptions ALL_TRAIN = options(0, 1, false);

  private Conversions() {}

  static ArchiveLimits limits(int entries, long unpacked, int ratio, int classes) {
    return new ArchiveLimits(
        entries, DataSize.ofBytes(unpacked), ratio, DataSize.ofKilobytes(64), classes, 100, 200);
  }

  static UploadOptions options(double testFraction, long seed, boolean strict) {
    return new UploadOptions(ImageShape.CIFAR, ResizePolicy.CROP, testFraction, seed, strict);
  }

  static Path file(Path folder, byte[] archive) throws IOException {
    return Files.write(Files.createTempFile(folder, "archive", ""), archive);
  }

  static FolderHeader convert(Path folder, byte[] archive, UploadOptions options)
      throws IOException {
    return convert(folder, archive, options, LIMITS);
  }

  static FolderHeader convert(
      Path folder, byte[] archive, UploadOptions options, ArchiveLimits limits) throws IOException {
    return convert(archive, options, limits, Files.createTempDirectory(folder, "set"), 2);
  }

  /** Into a folder that the caller looks at. */
  static FolderHeader convert(
      byte[] archive, UploadOptions options, ArchiveLimits limits, Path into, int threads)
      throws IOException {
    Path file = file(into.toAbsolutePath().getParent(), archive);
    try (var pictures = PictureArchive.open(file, limits)) {
      return new FolderConversion(READER, limits)
          .convert(pictures, options, into, threads, (share, done) -> {});
    } finally {
      Files.delete(file);
    }
  }

  /** {@code cat 2+0, dog 2+0; skipped note.txt; ignored 3}. */
  static String summary(FolderHeader header) {
    FolderReport report = header.report();
    String classes =
        report.classes().stream()
            .map(c -> "%s %d+%d".formatted(c.name(), c.train(), c.test()))
            .collect(Collectors.joining(", "));
    String skipped =
        report.skippedFiles().stream()
            .map(SkippedFile::path)
            .sorted()
            .collect(Collectors.joining(", "));
    return classes
        + (skipped.isEmpty() ? "" : "; skipped " + skipped)
        + (report.ignored() == 0 ? "" : "; ignored " + report.ignored());
  }
}
