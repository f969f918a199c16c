package dev.resnet.data.folder;

import static dev.resnet.data.folder.Archives.files;
import static dev.resnet.data.folder.Archives.zip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.Dataset;
import dev.resnet.data.ImageReader;
import dev.resnet.data.ImageSet;
import dev.resnet.pictures.ImageShape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class FolderDatasetTests {
  @TempDir Path folder;
  private Path set;
  private FolderHeader header;

  @BeforeEach
  void convert() throws IOException {
    set = folder.resolve("set");
    var files = files();
    Archives.names("кот/", 6, ".png").forEach(files::pictures);
    Archives.names("犬/", 9, ".png").forEach(files::pictures);
    header =
        Conversions.convert(
            zip(files), Conversions.options(0.4, 1, false), Conversions.LIMITS, set, 2);
  }

  @Test
  void readsWhatWasWritten() throws IOException {
    Dataset dataset = FolderDataset.read(set, "pets");

    assertThat(dataset.name()).isEqualTo("pets");
    assertThat(dataset.classes()).containsExactly("кот", "犬");
    assertThat(dataset.train().count()).isEqualTo(header.train().pictures()).isEqualTo(9);
    assertThat(dataset.test().count()).isEqualTo(6);
    assertThat(dataset.sha256()).isEqualTo(header.sha256());
    try (var left = Files.list(set)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("train.bin", "test.bin", "dataset.json");
    }
  }

  /** Other programs read the files too. */
  @Test
  void aRecordIsTheLabelInTwoBytesAndThePixels() throws IOException {
    byte[] file = Files.readAllBytes(set.resolve("train.bin"));
    ImageSet train = FolderDataset.read(set, "pets").train();
    int record = 2 + 32 * 32 * 3;

    assertThat(file).hasSize(9 * record);
    for (int i = 0; i < 9; i++) {
      assertThat((file[i * record] & 0xff) << 8 | file[i * record + 1] & 0xff)
          .isEqualTo(train.label(i));
      assertThat(Arrays.copyOfRange(file, i * record + 2, (i + 1) * record))
          .isEqualTo(Arrays.copyOfRange(train.pixels(), i * 3072, (i + 1) * 3072));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"train.bin", "test.bin", "dataset.json"})
  void aChangedFileIsNamed(String name) throws IOException {
    Path file = set.resolve(name);
    byte[] good = Files.readAllBytes(file);

    Files.write(file, Archives.flipped(good, good.length / 2));
    assertDamaged(file);
    Files.write(file, Arrays.copyOf(good, good.length - 1));
    assertDamaged(file);
    Files.delete(file);
    assertDamaged(file);
  }

  @Test
  void aSplitIsReadInPiecesAndItsChecksumComparedWithTheLast() throws IOException {
    ImageSet whole = FolderDataset.read(set, "pets").train();
    try (ImageReader pieces = FolderImages.open(set, Split.TRAIN)) {
      assertThat(pieces.count()).isEqualTo(9);
      assertThat(pieces.classes()).isEqualTo(header.classes());
      assertThat(pieces.sha256()).isEqualTo(header.sha256());
      for (int from = 0; from < 9; from += 4) {
        int to = Math.min(9, from + 4);
        ImageSet piece = pieces.next(4);
        assertThat(piece.pixels())
            .isEqualTo(Arrays.copyOfRange(whole.pixels(), from * 3072, to * 3072));
        assertThat(piece.labels()).isEqualTo(Arrays.copyOfRange(whole.labels(), from, to));
      }
      assertThat(pieces.next(4).count()).isZero();
    }
    Path file = set.resolve("train.bin");
    Files.write(file, Archives.flipped(Files.readAllBytes(file), 1000));
    try (ImageReader pieces = FolderImages.open(set, Split.TRAIN)) {
      pieces.next(8);
      assertThatThrownBy(() -> pieces.next(8))
          .isInstanceOf(DamagedDatasetException.class)
          .hasMessageContaining("has changed since it was written");
    }
  }

  private void assertDamaged(Path file) {
    assertThatThrownBy(() -> FolderDataset.read(set, "pets"))
        .isInstanceOf(DamagedDatasetException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("Delete the data set and upload it again");
  }

  @Test
  void aLabelWithoutAClassIsDamage() throws IOException {
    Path file = set.resolve("train.bin");
    byte[] bytes = Files.readAllBytes(file);
    bytes[1] = 2;
    Files.write(file, bytes);

    assertThatThrownBy(() -> FolderDataset.read(set, "pets"))
        .hasMessageContaining("has the label 2 in record 0, but there are 2 classes");
  }

  @Test
  void aLaterFormatIsNotRead() throws IOException {
    Path file = set.resolve("dataset.json");
    Files.writeString(
        file, Files.readString(file).replaceFirst("\"format\" : 1", "\"format\" : 2"));

    assertThatThrownBy(() -> FolderHeader.read(set))
        .hasMessageContaining("has the format 2, but this version of the service reads 1");
  }

  @Test
  void theZipHasTheSamePictures() throws IOException {
    byte[] zip = Archives.bytes(out -> FolderZip.write(set, out));
    Path again = folder.resolve("again");
    Conversions.convert(zip, Conversions.ALL_TRAIN, Conversions.LIMITS, again, 2);

    Dataset one = FolderDataset.read(set, "pets");
    Dataset two = FolderDataset.read(again, "pets");
    assertThat(two.classes()).isEqualTo(one.classes());
    assertThat(records(two.train())).isEqualTo(records(one.train()));
    assertThat(records(two.test())).isEqualTo(records(one.test()));
    assertThat(Archives.bytes(out -> FolderZip.write(set, out))).isEqualTo(zip);
  }

  private static List<String> records(ImageSet images) {
    List<String> records = new ArrayList<>();
    for (int i = 0; i < images.count(); i++) {
      records.add(
          images.label(i)
              + Arrays.toString(Arrays.copyOfRange(images.pixels(), i * 3072, (i + 1) * 3072)));
    }
    records.sort(null);
    return records;
  }

  @Test
  void theZipNumbersThePicturesOfAClass() throws IOException {
    byte[] zip = Archives.bytes(out -> FolderZip.write(set, out));

    List<String> names = new ArrayList<>();
    try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        names.add(entry.getName());
      }
    }
    assertThat(names).hasSize(15).contains("train/кот/00001.png", "test/犬/00004.png");
  }

  @Test
  void theStreamOfTheZipStaysOpen() throws IOException {
    var out =
        new ByteArrayOutputStream() {
          @Override
          public void close() {
            throw new AssertionError("closed");
          }
        };

    FolderZip.write(set, out);

    assertThat(out.size()).isPositive();
  }

  @Test
  void aSheetShowsTheFirstPicturesOfAClass() throws IOException {
    ImageSet train = FolderDataset.read(set, "pets").train();

    BufferedImage all = sheet(train, null, 400);
    assertThat(all.getWidth()).isEqualTo(3 * 34 + 2);
    assertThat(all.getHeight()).isEqualTo(3 * 34 + 2);
    assertThat(all.getRGB(2, 2) & 0xffffff).isEqualTo(color(train, 0));
    assertThat(all.getRGB(2 + 34, 2) & 0xffffff).isEqualTo(color(train, 1));

    BufferedImage dogs = sheet(train, 1, 2);
    int first = 0;
    while (train.label(first) != 1) {
      first++;
    }
    assertThat(dogs.getWidth()).isEqualTo(2 * 34 + 2);
    assertThat(dogs.getHeight()).isEqualTo(34 + 2);
    assertThat(dogs.getRGB(2, 2) & 0xffffff).isEqualTo(color(train, first));

    assertThat(sheet(train, 7, 9).getWidth()).isEqualTo(36);
  }

  @Test
  void aSheetIsBounded() throws IOException {
    ImageSet many = ImageSet.empty(ImageShape.CIFAR, 1000);

    assertThat(sheet(many, null, 1000).getHeight()).isEqualTo(20 * 34 + 2);
  }

  private static int color(ImageSet images, int i) {
    int at = i * 3072;
    byte[] pixels = images.pixels();
    return (pixels[at] & 0xff) << 16 | (pixels[at + 1] & 0xff) << 8 | pixels[at + 2] & 0xff;
  }

  private static BufferedImage sheet(ImageSet images, Integer label, int limit) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(ContactSheet.png(images, label, limit)));
  }

  @Test
  void theHeaderDoesNotKnowTheName() throws IOException {
    assertThat(Files.readString(set.resolve("dataset.json"))).doesNotContain("pets");
  }
}
