package dev.resnet.data.folder;

import static dev.resnet.data.folder.Archives.catsAndDogs;
import static dev.resnet.data.folder.Archives.files;
import static dev.resnet.data.folder.Archives.gzip;
import static dev.resnet.data.folder.Archives.picture;
import static dev.resnet.data.folder.Archives.tar;
import static dev.resnet.data.folder.Archives.zip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.data.Dataset;
import dev.resnet.data.ImageSet;
import dev.resnet.data.folder.Archives.Files;
import dev.resnet.data.folder.FolderReport.Duplicate;
import dev.resnet.memory.BusyException;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import dev.resnet.pictures.Png;
import dev.resnet.pictures.ResizePolicy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class FolderConversionTests {
  @TempDir Path folder;

  /** Three classes of 40, 20 and 3 different pictures. */
  private static Files pets() {
    Files files = files();
    Archives.names("cat/", 40, ".png").forEach(files::pictures);
    Archives.names("dog/", 20, ".png").forEach(files::pictures);
    Archives.names("fox/", 3, ".png").forEach(files::pictures);
    return files;
  }

  @Test
  void neitherThreadsNorFormatNorTheOrderInTheArchiveChangeTheContent() throws IOException {
    Files pets = pets();
    List<String> backwards = new ArrayList<>(pets.keySet());
    Collections.reverse(backwards);
    Map<String, byte[]> wrapped = new LinkedHashMap<>();
    backwards.forEach(path -> wrapped.put("around/" + path, pets.get(path)));
    UploadOptions options = Conversions.options(0.2, 7, false);

    Set<String> contents = new HashSet<>();
    for (int threads : List.of(1, 2, 7)) {
      for (byte[] archive :
          List.of(zip(pets), tar(pets), gzip(tar(pets)), zip(wrapped), tar(wrapped))) {
        Path into = folder.resolve("set" + contents.size() + threads);
        contents.add(
            Conversions.convert(archive, options, Conversions.LIMITS, into, threads).sha256());
      }
    }

    assertThat(contents).hasSize(1);
  }

  @Test
  void everyChoiceThatChangesPicturesOrOrderChangesTheContent() throws IOException {
    byte[] archive = zip(pets());
    Files renamed = files();
    pets().forEach((path, file) -> renamed.put(path.replace("fox", "vixen"), file));

    assertThat(
            List.of(
                sha256(archive, Conversions.options(0.2, 7, false)),
                sha256(archive, Conversions.options(0.2, 8, false)),
                sha256(archive, Conversions.options(0.3, 7, false)),
                sha256(
                    archive, new UploadOptions(ImageShape.CIFAR, ResizePolicy.PAD, 0.2, 7, false)),
                sha256(
                    archive,
                    new UploadOptions(new ImageShape(48), ResizePolicy.CROP, 0.2, 7, false)),
                sha256(
                    zip(pets().with("fox/0.png", picture("other"))),
                    Conversions.options(0.2, 7, false)),
                sha256(zip(renamed), Conversions.options(0.2, 7, false))))
        .doesNotHaveDuplicates();
  }

  private String sha256(byte[] archive, UploadOptions options) throws IOException {
    return Conversions.convert(folder, archive, options).sha256();
  }

  @Test
  void eachClassIsSplitByTheFraction() throws IOException {
    assertThat(summary(0.25)).isEqualTo("cat 30+10, dog 15+5, fox 2+1");
    assertThat(summary(0.01)).isEqualTo("cat 39+1, dog 19+1, fox 2+1");
    assertThat(summary(0.99)).isEqualTo("cat 1+39, dog 1+19, fox 1+2");
    assertThat(summary(0)).isEqualTo("cat 40+0, dog 20+0, fox 3+0");
  }

  private String summary(double testFraction) throws IOException {
    return Conversions.summary(
        Conversions.convert(folder, zip(pets()), Conversions.options(testFraction, 1, false)));
  }

  @Test
  void picturesAreNeverSortedByClass() throws IOException {
    Dataset dataset = dataset(zip(pets()), Conversions.options(0.5, 3, false));

    int changes =
        (int)
            IntStream.range(1, dataset.train().count())
                .filter(i -> dataset.train().label(i) != dataset.train().label(i - 1))
                .count();
    assertThat(changes).isGreaterThan(5);
    assertThat(dataset.classes()).containsExactly("cat", "dog", "fox");
  }

  private Dataset dataset(byte[] archive, UploadOptions options) throws IOException {
    Path into = folder.resolve("dataset");
    Conversions.convert(archive, options, Conversions.LIMITS, into, 2);
    return FolderDataset.read(into, "pets");
  }

  /** With every policy, since the same reader serves classification. */
  @ParameterizedTest
  @EnumSource
  void aPictureOfTheSetSentAgainAsAFileGivesTheTrainingTensor(ResizePolicy policy)
      throws Exception {
    var shape = new ImageShape(48);
    Files files = files();
    for (int i = 0; i < 6; i++) {
      files.with((i % 2 == 0 ? "even/" : "odd/") + i, gradient(60 + 7 * i, 40 + 13 * i));
    }
    Dataset dataset = dataset(tar(files), new UploadOptions(shape, policy, 0.34, 1, true));

    Map<String, Integer> expected = new LinkedHashMap<>();
    for (var file : files.entrySet()) {
      byte[] pixels = Conversions.READER.read(file.getValue(), shape, dataset.resize()).pixels();
      expected.put(Arrays.toString(pixels), file.getKey().startsWith("even") ? 0 : 1);
    }
    Map<String, Integer> found = new LinkedHashMap<>();
    for (ImageSet images : List.of(dataset.train(), dataset.test())) {
      for (int i = 0; i < images.count(); i++) {
        int at = i * shape.values();
        byte[] pixels = Arrays.copyOfRange(images.pixels(), at, at + shape.values());
        found.put(Arrays.toString(pixels), images.label(i));
      }
    }
    assertThat(dataset.test().count()).isEqualTo(2);
    assertThat(found).isEqualTo(expected);
  }

  private static byte[] gradient(int width, int height) {
    byte[] rows = new byte[width * height * 3];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (byte) (i * 31 / width + i % 7);
    }
    return Png.of(width, height, 8, Png.RGB).rows(rows, width * 3);
  }

  @Test
  void theReportHasTheStatisticsOfTheTrainingPictures() throws IOException {
    Path into = folder.resolve("set");
    FolderHeader header =
        Conversions.convert(
            zip(pets()), Conversions.options(0.3, 1, false), Conversions.LIMITS, into, 2);

    Normalization expected = FolderDataset.read(into, "pets").normalization();
    assertThat(header.normalization().mean()).isEqualTo(expected.mean());
    assertThat(header.normalization().standardDeviation()).isEqualTo(expected.standardDeviation());
    assertThat(FolderHeader.read(into)).isEqualTo(header);
    assertThat(expected.mean()[0]).isCloseTo(0.5f, within(0.3f));
  }

  @Test
  void theReportHasDuplicates() throws IOException {
    byte[] same = Png.plain(64, 64, 1, 2, 3);
    Files files =
        files()
            .pictures("train/cat/1", "train/dog/1", "test/cat/1", "test/dog/1")
            .with("train/cat/2", Png.plain(32, 32, 1, 2, 3))
            .with("train/dog/2", same)
            .with("test/dog/2", same)
            .with("train/cat/3", picture("train/cat/1"));

    FolderReport report = Conversions.convert(folder, zip(files), Conversions.ALL_TRAIN).report();

    assertThat(report.trainTwice()).isEqualTo(2);
    assertThat(report.testInTrain()).isEqualTo(1);
    assertThat(report.duplicates()).hasSize(1);
    assertThat(report.duplicates().get(0).test()).isEqualTo("test/dog/2");
    assertThat(report.duplicates().get(0))
        .isIn(
            new Duplicate("train/cat/2", "test/dog/2"), new Duplicate("train/dog/2", "test/dog/2"));
  }

  @Test
  void theReportsListsAreBoundedAndItsCountsExact() throws IOException {
    Files files = catsAndDogs();
    for (String name : Archives.names("n", 150, "")) {
      files.with("cat/" + name + ".txt", new byte[] {'a'});
      files.with("dog/" + name + ".png", new byte[] {'a'});
    }

    FolderReport report = Conversions.convert(folder, zip(files), Conversions.ALL_TRAIN).report();

    assertThat(report.skipped()).isEqualTo(300);
    assertThat(report.skippedFiles())
        .hasSize(FolderReport.LONGEST_LIST)
        .allMatch(file -> file.path().endsWith(".png"));
  }

  @Test
  void aBusyServiceLeavesNoPictureOut() throws IOException {
    var calls = new AtomicInteger();
    FolderConversion.Reading busy =
        (file, shape, resize) -> {
          if (calls.incrementAndGet() == 2) {
            throw new BusyException("All memory is in use.");
          }
          return Conversions.READER.read(file, shape, resize);
        };

    assertThat(Conversions.summary(convert(busy, 2))).isEqualTo("cat 2+0, dog 2+0");
    assertThat(calls).hasValue(5);
  }

  @Test
  void aFailureOfOneThreadEndsAll() {
    FolderConversion.Reading failing =
        (file, shape, resize) -> {
          throw new IllegalStateException("a bug");
        };

    assertThatThrownBy(() -> convert(failing, 3)).hasMessage("a bug");
    assertThat(folder.resolve("set")).isEmptyDirectory();
  }

  @Test
  void anInterruptionEndsTheConversion() throws Exception {
    var started = new CountDownLatch(1);
    FolderConversion.Reading waiting =
        (file, shape, resize) -> {
          started.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          throw new BusyException("Interrupted.");
        };
    var conversion = new FutureTask<>(() -> convert(waiting, 2));
    var thread = new Thread(conversion);
    thread.start();
    started.await();

    thread.interrupt();

    assertThatThrownBy(conversion::get).hasRootCauseInstanceOf(InterruptedIOException.class);
    assertThat(folder.resolve("set")).isEmptyDirectory();
  }

  private FolderHeader convert(FolderConversion.Reading reading, int threads) throws IOException {
    Path file = Conversions.file(folder, tar(catsAndDogs()));
    try (var archive = PictureArchive.open(file, Conversions.LIMITS)) {
      return new FolderConversion(reading, Conversions.LIMITS)
          .convert(archive, Conversions.ALL_TRAIN, folder.resolve("set"), threads, (s, p) -> {});
    }
  }

  @Test
  void progressGrowsToTheEnd() throws IOException {
    Files files = files();
    Archives.names("cat/", 100, "").forEach(files::pictures);
    Archives.names("dog/", 100, "").forEach(files::pictures);
    Path file = Conversions.file(folder, zip(files));
    List<Double> shares = Collections.synchronizedList(new ArrayList<>());

    try (var archive = PictureArchive.open(file, Conversions.LIMITS)) {
      assertThat(archive.pictures()).isEqualTo(200);
      assertThat(archive.classes())
          .containsExactly(new ClassCount("cat", 100, 0), new ClassCount("dog", 100, 0));
      assertThat(archive.hasTest()).isFalse();
      new FolderConversion(Conversions.READER, Conversions.LIMITS)
          .convert(
              archive,
              Conversions.ALL_TRAIN,
              folder.resolve("set"),
              2,
              (share, pictures) -> {
                assertThat(pictures).isBetween(1, 200);
                shares.add(share);
              });
    }

    assertThat(shares).hasSizeGreaterThan(10).isSorted();
    assertThat(shares.get(shares.size() - 1)).isBetween(0.95, 1.0);
  }

  @Test
  void tooManyPicturesForOneArrayAreRefused() {
    assertThatThrownBy(() -> FolderConversion.checkCount(77_673, new ImageShape(96)))
        .isInstanceOf(RefusedArchiveException.class)
        .hasMessageContaining(
            "has 77,673 pictures; a data set of 96×96 pictures has at most 77,672");
  }

  @Test
  void addedPicturesFollowTheOldOnes() throws Exception {
    Path old = folder.resolve("old");
    Path into = folder.resolve("new");
    FolderHeader before =
        Conversions.convert(
            zip(pets()), Conversions.options(0.2, 1, false), Conversions.LIMITS, old, 2);
    var conversion = new FolderConversion(Conversions.READER, Conversions.LIMITS);

    FolderHeader after =
        conversion.extended(
            old,
            List.of(
                new AddedPicture(Split.TRAIN, 2, "a.png", picture("a")),
                new AddedPicture(Split.TEST, 1, "b.png", picture("cat/0.png")),
                new AddedPicture(Split.TRAIN, 0, "c.png", picture("c"))),
            into);

    Dataset one = FolderDataset.read(old, "pets");
    Dataset two = FolderDataset.read(into, "pets");
    int n = one.train().count();
    assertThat(two.train().count()).isEqualTo(n + 2);
    assertThat(two.test().count()).isEqualTo(one.test().count() + 1);
    assertThat(two.train().limited(n).pixels()).isEqualTo(one.train().pixels());
    assertThat(two.train().limited(n).labels()).isEqualTo(one.train().labels());
    assertThat(two.train().label(n)).isEqualTo(2);
    assertThat(two.train().label(n + 1)).isZero();
    assertThat(after.sha256()).isNotEqualTo(before.sha256()).isEqualTo(two.sha256());
    assertThat(after.normalization().mean()).isEqualTo(two.normalization().mean());
    assertThat(after.report().testInTrain()).isEqualTo(1);
    assertThat(after.report().duplicates().get(0).test()).isEqualTo("b.png");
    assertThat(after.report().duplicates().get(0).train()).startsWith("train picture ");
  }

  @Test
  void anUnreadablePictureIsNotAdded() throws IOException {
    Path old = folder.resolve("old");
    Conversions.convert(zip(pets()), Conversions.ALL_TRAIN, Conversions.LIMITS, old, 2);
    var conversion = new FolderConversion(Conversions.READER, Conversions.LIMITS);
    var broken = new AddedPicture(Split.TRAIN, 0, "a.png", new byte[0]);
    var large = new AddedPicture(Split.TRAIN, 0, "b.png", new byte[(64 << 10) + 1]);

    assertThatThrownBy(() -> conversion.extended(old, List.of(broken), folder.resolve("new")))
        .isInstanceOf(RefusedArchiveException.class)
        .hasMessageContaining("has one unreadable picture: 'a.png' is empty");
    assertThatThrownBy(() -> conversion.extended(old, List.of(large), folder.resolve("new")))
        .hasMessageContaining("'b.png' has more than 65536 bytes");
  }
}
