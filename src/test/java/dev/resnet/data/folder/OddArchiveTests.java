package dev.resnet.data.folder;

import static dev.resnet.data.folder.Archives.ascii;
import static dev.resnet.data.folder.Archives.catsAndDogs;
import static dev.resnet.data.folder.Archives.central;
import static dev.resnet.data.folder.Archives.files;
import static dev.resnet.data.folder.Archives.gzip;
import static dev.resnet.data.folder.Archives.joined;
import static dev.resnet.data.folder.Archives.picture;
import static dev.resnet.data.folder.Archives.tar;
import static dev.resnet.data.folder.Archives.tarWith;
import static dev.resnet.data.folder.Archives.zip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.resnet.data.folder.Archives.Files;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream.UnicodeExtraFieldPolicy;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What people's archives really hold, each with the data set that comes of it. */
@Timeout(30)
class OddArchiveTests {
  private static final String USUAL = "cat 2+0, dog 2+0";

  @TempDir Path folder;

  static Stream<Arguments> folders() {
    return Stream.of(
        zipped("classes alone", USUAL),
        zipped("empty folders", USUAL, "empty/", "cat/empty/", "a/b/"),
        zipped("folders listed after their files", USUAL, "cat/", "dog/"),
        zipped("macOS's copies", USUAL + "; ignored 2", "__MACOSX/cat/._1.png", "__MACOSX/._cat"),
        zipped("macOS's files", USUAL + "; ignored 3", ".DS_Store", "cat/.DS_Store", "cat/._1.png"),
        zipped("macOS's icon", USUAL + "; ignored 1", "cat/Icon\r"),
        zipped(
            "Windows's files",
            USUAL + "; ignored 3",
            "cat/Thumbs.db",
            "dog/THUMBS.DB",
            "desktop.ini"),
        zipped("a file server's folder", USUAL + "; ignored 1", "cat/@eaDir/1.png"),
        zipped("hidden folders", USUAL + "; ignored 2", ".git/1.png", "cat/.trash/2.png"),
        zipped("folders inside a class", "cat 4+0, dog 2+0", "cat/a/1.png", "cat/b/c/1.png"),
        zipped("pictures beside the classes", USUAL + "; skipped cover.png", "cover.png"),
        zipped("endings in upper case", "cat 3+0, dog 2+0", "cat/3.PNG"),
        zipped("no ending", "cat 3+0, dog 2+0", "cat/3"),
        zipped("a wrong ending", "cat 4+0, dog 2+0", "cat/3.txt", "cat/4.jpg"),
        zipped("dots and spaces", "cat 4+0, dog 2+0", "./cat/./3.png", "cat//4.png"),
        zipped("backslashes", "cat 3+0, dog 2+0", "cat\\a/3.png"),
        zipped("spaces around a class", "cat 3+0, dog 2+0", " cat /1.png"),
        zipped("a class called train", "cat 2+0, dog 2+0, train 2+0", "train/1.png", "train/2.png"),
        zipped("a class called test", "cat 2+0, dog 2+0, test 2+0", "test/1.png", "test/2.png"),
        only(
            "one folder around",
            USUAL,
            "my pets/cat/1",
            "my pets/cat/2",
            "my pets/dog/1",
            "my pets/dog/2"),
        only(
            "three folders around",
            USUAL,
            "a/b/c/cat/1",
            "a/b/c/cat/2",
            "a/b/c/dog/1",
            "a/b/c/dog/2"),
        only(
            "a folder and a picture around",
            USUAL + "; skipped a/cover.png",
            "a/cover.png",
            "a/cat/1",
            "a/cat/2",
            "a/dog/1",
            "a/dog/2"),
        only(
            "train and test",
            "cat 2+1, dog 1+1",
            "train/cat/1",
            "train/cat/2",
            "test/cat/1",
            "train/dog/1",
            "test/dog/1"),
        only(
            "train and test in a folder",
            "cat 1+1, dog 1+1",
            "a/train/cat/1",
            "a/test/cat/1",
            "a/train/dog/1",
            "a/test/dog/1"),
        only("train alone", USUAL, "train/cat/1", "train/cat/2", "train/dog/1", "train/dog/2"),
        only(
            "train with an empty test",
            USUAL,
            "test/",
            "train/cat/1",
            "train/cat/2",
            "train/dog/1",
            "train/dog/2"),
        only(
            "Train and TEST",
            "cat 1+1, dog 1+1",
            "Train/cat/1",
            "TEST/cat/1",
            "Train/dog/1",
            "TEST/dog/1"),
        only(
            "a class that test lacks",
            "cat 1+1, dog 2+0",
            "train/cat/1",
            "test/cat/1",
            "train/dog/1",
            "train/dog/2"),
        only(
            "names in three scripts",
            "кот 2+0, 犬 2+0, \ud83d\ude3a 2+0",
            "\ud83d\ude3a/1",
            "\ud83d\ude3a/2",
            "犬/1",
            "犬/2",
            "кот/1",
            "кот/2"),
        only(
            "the order of code points",
            "\uffee 2+0, \ud83d\ude3a 2+0",
            "\ud83d\ude3a/1",
            "\ud83d\ude3a/2",
            "\uffee/1",
            "\uffee/2"),
        only("from right to left", "قطة 2+0, كلب 2+0", "قطة/1", "قطة/2", "كلب/1", "كلب/2"),
        only(
            "names as macOS writes them",
            "café 2+0, thé 2+0",
            "cafe\u0301/1",
            "caf\u00e9/2",
            "the\u0301/1",
            "the\u0301/2"));
  }

  private static Arguments zipped(String what, String expected, String... paths) {
    return arguments(what, zip(with(catsAndDogs(), paths)), expected);
  }

  private static byte[] noise(int length) {
    byte[] noise = new byte[length];
    new Random(1).nextBytes(noise);
    return noise;
  }

  private static Arguments only(String what, String expected, String... paths) {
    return arguments(what, zip(with(files(), paths)), expected);
  }

  private static Files with(Files files, String... paths) {
    for (String path : paths) {
      files.with(path, path.endsWith("/") ? new byte[0] : picture(path));
    }
    return files;
  }

  static Stream<Arguments> contents() {
    byte[] broken = Arrays.copyOf(picture("x"), 60);
    return Stream.of(
        arguments(
            "notes",
            zip(
                catsAndDogs()
                    .with("a.txt", ascii("hi"))
                    .with("cat/b.csv", ascii("1,2"))
                    .with("dog/c.json", ascii("{}"))
                    .with("dog/d.xml", ascii("<a/>"))
                    .with("README.md", ascii("#"))),
            USUAL + "; skipped README.md, a.txt, cat/b.csv, dog/c.json, dog/d.xml"),
        arguments(
            "foreign files of a block of tar and more",
            zip(
                catsAndDogs()
                    .with("a.txt", ascii("text ".repeat(200)))
                    .with("cat/a.pdf", ascii("%PDF-1.7 " + "obj ".repeat(500)))
                    .with("dog/a.heic", ascii("\0\0\0\u0018ftypheic" + "x".repeat(600)))
                    .with("dog/a.cr3", noise(2000))),
            USUAL + "; skipped a.txt, cat/a.pdf, dog/a.cr3, dog/a.heic"),
        arguments(
            "a spreadsheet, which is a zip",
            zip(catsAndDogs().with("labels.xlsx", zip(files().with("x", ascii("1"))))),
            USUAL + "; skipped labels.xlsx"),
        arguments(
            "a cut picture",
            zip(catsAndDogs().with("cat/3.png", broken)),
            USUAL + "; skipped cat/3.png"),
        arguments(
            "an empty picture",
            tar(catsAndDogs().with("cat/3.png", new byte[0])),
            USUAL + "; skipped cat/3.png"),
        arguments(
            "a format that can't be read",
            zip(catsAndDogs().with("cat/3.heic", ascii("\0\0\0\u0018ftypheic"))),
            USUAL + "; skipped cat/3.heic"),
        arguments(
            "text called a picture",
            zip(catsAndDogs().with("cat/3.jpg", ascii("not found"))),
            USUAL + "; skipped cat/3.jpg"));
  }

  static Stream<Arguments> formats() {
    Map<String, byte[]> pets = catsAndDogs();
    Files umlauts = files().pictures("K\u00e4fer/1", "K\u00e4fer/2", "dog/1", "dog/2");
    String beetles = "K\u00e4fer 2+0, dog 2+0";
    byte[] tar = tar(pets);
    return Stream.of(
        arguments("zip with data descriptors", streamed(pets), USUAL),
        arguments("zip64", zip(pets, z -> z.setUseZip64(Zip64Mode.Always), e -> {}), USUAL),
        arguments("zip without compression", zip(pets, z -> z.setLevel(0), e -> {}), USUAL),
        arguments(
            "zip with a comment",
            zip(pets, z -> z.setComment("My pets, packed in spring"), e -> {}),
            USUAL),
        arguments("zip with files of Unix", zip(pets, z -> {}, e -> e.setUnixMode(0100644)), USUAL),
        arguments(
            "zip with names in CP437",
            zip(
                umlauts,
                z -> {
                  z.setEncoding("IBM437");
                  z.setUseLanguageEncodingFlag(false);
                },
                e -> {}),
            beetles),
        arguments(
            "zip with names in UTF-8 without a flag",
            zip(umlauts, z -> z.setUseLanguageEncodingFlag(false), e -> {}),
            beetles),
        arguments(
            "zip with names in an extra field",
            zip(
                files().pictures("犬/1", "犬/2", "dog/1", "dog/2"),
                z -> {
                  z.setEncoding("IBM437");
                  z.setUseLanguageEncodingFlag(false);
                  z.setCreateUnicodeExtraFields(UnicodeExtraFieldPolicy.ALWAYS);
                },
                e -> {}),
            "dog 2+0, 犬 2+0"),
        arguments(
            "zip with attributes of another system",
            central(zip(pets), 0, e -> e.putInt(38, 0x20)),
            USUAL),
        arguments("tar", tar, USUAL),
        arguments("tar.gz", gzip(tar), USUAL),
        arguments(
            "tar.gz in two members",
            joined(gzip(Arrays.copyOf(tar, 700)), gzip(Arrays.copyOfRange(tar, 700, tar.length))),
            USUAL),
        arguments("tar with one block at its end", Arrays.copyOf(tar, endOf(tar) + 512), USUAL),
        arguments("tar with a label", tarWith("backup", (byte) 'V', ""), USUAL),
        arguments("tar of old Unix", old(tar), USUAL),
        arguments(
            "tar from the folder itself",
            tar(with(files(), "./", "./cat/1", "./cat/2", "./dog/1", "./dog/2")),
            USUAL),
        arguments(
            "tar with long names of POSIX",
            tar(with(catsAndDogs(), "cat/" + "x".repeat(150))),
            "cat 3+0, dog 2+0"),
        arguments(
            "tar with long names of GNU",
            tar(
                with(catsAndDogs(), "cat/" + "é".repeat(150)),
                t -> t.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU),
                e -> {}),
            "cat 3+0, dog 2+0"),
        arguments("tar with names in UTF-8", tar(umlauts), beetles),
        arguments(
            "tar with names of POSIX",
            tar(umlauts, t -> t.setAddPaxHeadersForNonAsciiNames(true), e -> {}),
            beetles),
        arguments("tar with names in Latin-1", latin(umlauts), beetles));
  }

  /** As a program writes a zip that it can't go back in. */
  private static byte[] streamed(Map<String, byte[]> files) {
    return Archives.bytes(
        out -> {
          try (var zip = new ZipOutputStream(out)) {
            for (var file : files.entrySet()) {
              zip.putNextEntry(new ZipEntry(file.getKey()));
              zip.write(file.getValue());
            }
          }
        });
  }

  private static byte[] latin(Map<String, byte[]> files) {
    return Archives.bytes(
        out -> {
          try (var tar = new TarArchiveOutputStream(out, StandardCharsets.ISO_8859_1.name())) {
            for (var file : files.entrySet()) {
              var entry = new TarArchiveEntry(file.getKey());
              entry.setSize(file.getValue().length);
              tar.putArchiveEntry(entry);
              tar.write(file.getValue());
              tar.closeArchiveEntry();
            }
          }
        });
  }

  /** Where the last picture ends. */
  private static int endOf(byte[] tar) {
    int end = tar.length;
    while (tar[end - 1] == 0) {
      end--;
    }
    return (end + 511) / 512 * 512;
  }

  /** Without the magic of later versions, in every header. */
  private static byte[] old(byte[] tar) {
    byte[] changed = tar.clone();
    for (int at = 0; at < endOf(tar); at += 512) {
      if (new String(changed, at + 257, 5, StandardCharsets.ISO_8859_1).equals("ustar")) {
        Arrays.fill(changed, at + 257, at + 512, (byte) 0);
        Arrays.fill(changed, at + 148, at + 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
          sum += changed[at + i] & 0xff;
        }
        System.arraycopy(ascii("%06o\0 ".formatted(sum)), 0, changed, at + 148, 8);
      }
    }
    return changed;
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource({"folders", "contents", "formats"})
  void isRead(String what, byte[] archive, String expected) throws IOException {
    FolderHeader header = Conversions.convert(folder, archive, Conversions.ALL_TRAIN);

    assertThat(Conversions.summary(header)).isEqualTo(expected);
  }
}
