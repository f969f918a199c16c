package dev.resnet.data.folder;

import static dev.resnet.data.folder.Archives.catsAndDogs;
import static dev.resnet.data.folder.Archives.files;
import static dev.resnet.data.folder.Archives.gzip;
import static dev.resnet.data.folder.Archives.picture;
import static dev.resnet.data.folder.Archives.tar;
import static dev.resnet.data.folder.Archives.zip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.resnet.pictures.PictureReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

/** Each limit lets the largest allowed archive pass and refuses the next larger one. */
@Timeout(30)
class ArchiveLimitsTests {
  @TempDir Path folder;

  @Test
  void hasTheDocumentedDefaults() {
    service()
        .run(
            context ->
                assertThat(context.getBean(ArchiveLimits.class))
                    .isEqualTo(
                        new ArchiveLimits(
                            200_000,
                            DataSize.ofGigabytes(8),
                            200,
                            DataSize.ofMegabytes(10),
                            1000,
                            100,
                            1000)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "max-entries=0",
        "max-entries=1000001",
        "max-unpacked-size=1023KB",
        "max-ratio=0",
        "max-ratio=1101",
        "max-picture-size=1023B",
        "max-picture-size=1025MB",
        "max-classes=1",
        "max-classes=1001",
        "max-name-length=0",
        "max-name-length=256",
        "max-path-length=9",
        "max-path-length=4097"
      })
  void aBadSettingStopsTheStart(String setting) {
    service()
        .withPropertyValues("resnet.datasets.archives." + setting)
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("resnet.datasets.archives"));
  }

  private static ApplicationContextRunner service() {
    return new ApplicationContextRunner()
        .withUserConfiguration(FolderConfiguration.class)
        .withBean(PictureReader.class, () -> Conversions.READER);
  }

  @Test
  void entriesAreCountedWithFoldersAndHiddenFiles() throws IOException {
    var files = catsAndDogs().with("empty/", new byte[0]).with(".hidden", new byte[0]);

    for (byte[] archive : List.of(zip(files), tar(files), gzip(tar(files)))) {
      assertThat(refusal(archive, Conversions.limits(6, 8L << 30, 200, 1000))).isNull();
      assertThat(refusal(archive, Conversions.limits(5, 8L << 30, 200, 1000)))
          .contains(
              "has more than 5 files and folders, the limit of resnet.datasets.archives.max-entries");
    }
  }

  @Test
  void unpackedBytesAreLimited() throws IOException {
    var files = catsAndDogs().with("cat/data", new byte[3 << 20]);
    long sum = files.values().stream().mapToLong(file -> file.length).sum();

    assertThat(refusal(zip(files), Conversions.limits(99, sum, 1100, 1000))).isNull();
    assertThat(refusal(zip(files), Conversions.limits(99, sum - 1, 1100, 1000)))
        .contains("the limit of resnet.datasets.archives.max-unpacked-size");
    byte[] tar = tar(files);
    assertThat(refusal(gzip(tar), Conversions.limits(99, tar.length, 1100, 1000))).isNull();
    assertThat(refusal(gzip(tar), Conversions.limits(99, tar.length - 1, 1100, 1000)))
        .contains("the limit of resnet.datasets.archives.max-unpacked-size");
  }

  @Test
  void theRatioIsLimitedAboveSixteenMegabytes() throws IOException {
    var small = catsAndDogs().with("cat/data", new byte[15 << 20]);
    var large = catsAndDogs().with("cat/data", new byte[17 << 20]);
    ArchiveLimits two = Conversions.limits(99, 8L << 30, 2, 1000);
    ArchiveLimits most = Conversions.limits(99, 8L << 30, 1100, 1000);
    byte[] zip = zip(large);
    byte[] tar = gzip(tar(large));

    assertThat(refusal(zip(small), two)).isNull();
    assertThat(refusal(gzip(tar(small)), two)).isNull();
    assertThat(refusal(zip, most)).isNull();
    assertThat(refusal(tar, most)).isNull();
    assertThat(refusal(zip, two)).contains("unpacks to more than 2 times its size");
    assertThat(refusal(tar, two)).contains("unpacks to more than 2 times its size");
  }

  @Test
  void classesAreLimited() throws IOException {
    byte[] three = zip(catsAndDogs().pictures("fox/1.png", "fox/2.png"));

    assertThat(refusal(three, Conversions.limits(99, 8L << 30, 200, 3))).isNull();
    assertThat(refusal(three, Conversions.limits(99, 8L << 30, 200, 2)))
        .contains("has 3 classes, such as 'cat', 'dog', 'fox'; the limit is 2");
  }

  @Test
  void namesAreLimited() throws IOException {
    String longest = "\ud83d\ude00".repeat(100);
    String path = "cat/" + "x".repeat(196);
    byte[] good = zip(catsAndDogs().pictures(path, longest + "/1", longest + "/2"));

    assertThat(refusal(good, Conversions.LIMITS)).isNull();
    assertThat(refusal(zip(catsAndDogs().pictures(path + "x")), Conversions.LIMITS))
        .contains("(resnet.datasets.archives.max-path-length)");
    assertThat(refusal(zip(catsAndDogs().pictures(longest + "c/1")), Conversions.LIMITS))
        .contains("(resnet.datasets.archives.max-name-length)");
    assertThat(refusal(zip(catsAndDogs().pictures("c".repeat(101) + "/1")), Conversions.LIMITS))
        .contains("(resnet.datasets.archives.max-name-length)");
  }

  @Test
  void aPictureAboveTheLimitIsSkipped() throws IOException {
    byte[] largest = Arrays.copyOf(picture("x"), 64 << 10);
    byte[] larger = Arrays.copyOf(picture("x"), (64 << 10) + 1);
    var files = catsAndDogs().with("cat/largest", largest).with("cat/larger", larger);

    for (byte[] archive : List.of(zip(files), tar(files))) {
      FolderHeader header = Conversions.convert(folder, archive, Conversions.ALL_TRAIN);
      assertThat(Conversions.summary(header)).isEqualTo("cat 3+0, dog 2+0; skipped cat/larger");
      assertThat(header.report().skippedFiles().get(0).reason())
          .isEqualTo("has more than 65536 bytes, the limit for one image; send a smaller one");
    }
  }

  @Test
  void theListOfAZipIsLimitedBeforeItIsRead() throws IOException {
    var files = files().pictures("cat/1.png");
    Archives.names("dog/", 40, ".png").forEach(name -> files.with(name, new byte[0]));
    byte[] lying =
        Archives.end(zip(files), end -> end.putShort(8, (short) 1).putShort(10, (short) 1));

    assertThat(refusal(lying, Conversions.limits(40, 8L << 30, 200, 1000)))
        .contains("has more than 40 files and folders");
  }

  /** The message; null if the structure is accepted. */
  private String refusal(byte[] archive, ArchiveLimits limits) throws IOException {
    Path file = Conversions.file(folder, archive);
    Throwable thrown = catchThrowable(() -> PictureArchive.open(file, limits).close());
    Files.delete(file);
    if (thrown != null) {
      assertThat(thrown).isInstanceOf(RefusedArchiveException.class);
    }
    return thrown == null ? null : thrown.getMessage();
  }
}
