package dev.resnet.data.folder;

import static dev.resnet.data.folder.Archives.ascii;
import static dev.resnet.data.folder.Archives.catsAndDogs;
import static dev.resnet.data.folder.Archives.central;
import static dev.resnet.data.folder.Archives.end;
import static dev.resnet.data.folder.Archives.files;
import static dev.resnet.data.folder.Archives.flipped;
import static dev.resnet.data.folder.Archives.gzip;
import static dev.resnet.data.folder.Archives.joined;
import static dev.resnet.data.folder.Archives.picture;
import static dev.resnet.data.folder.Archives.tar;
import static dev.resnet.data.folder.Archives.tarWith;
import static dev.resnet.data.folder.Archives.zip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives that are refused before any picture is decoded, each with what the message says. */
@Timeout(30)
class BadArchiveTests {
  private static final int LINK = 0120777 << 16;
  private static final byte[] ZIP = zip(catsAndDogs());
  private static final byte[] TAR = tar(catsAndDogs());

  @TempDir Path folder;

  static Stream<Arguments> filesThatAreNoArchives() {
    return Stream.of(
        arguments("an empty file", new byte[0], "is empty"),
        arguments("a PNG", picture("x"), "is a single PNG picture, not an archive"),
        arguments(
            "a JPEG", ascii("\u00ff\u00d8\u00ff\u00e0 and so on"), "is a single JPEG picture"),
        arguments("a page", ascii("\n<!DOCTYPE html><html>"), "is an HTML page"),
        arguments("a document", ascii("%PDF-1.7"), "is a PDF document"),
        arguments("text", ascii("cat,dog\n"), "is no zip, tar or tar.gz file"),
        arguments("long text", ascii("cat,dog\n".repeat(200)), "is no zip, tar or tar.gz file"),
        arguments(
            "7z", ascii("7z\u00bc\u00af\u0027\u001c\0\4"), "is a 7z file, which is not supported"),
        arguments("RAR", ascii("Rar!\u001a\u0007\1\0"), "is a RAR file"),
        arguments("xz", ascii("\u00fd7zXZ\0\0"), "is a xz file"),
        arguments("bzip2", ascii("BZh91AY&SY---"), "is a bzip2 file"),
        arguments("Zstandard", ascii("(\u00b5/\u00fd---"), "is a Zstandard file"),
        arguments("gzip of text", gzip(ascii("cat")), "holds no tar archive, or an empty one"),
        arguments("gzip of a picture", gzip(picture("x")), "holds no tar archive"),
        arguments("gzip of zeros", gzip(new byte[10240]), "holds no tar archive, or an empty one"),
        arguments("a gzip header", Arrays.copyOf(gzip(TAR), 12), "is damaged or cut short"));
  }

  static Stream<Arguments> damagedZips() {
    return Stream.of(
        arguments("without entries", zip(files()), "has no pictures"),
        arguments("half", Arrays.copyOf(ZIP, ZIP.length / 2), "is cut short or damaged"),
        arguments("all but a byte", Arrays.copyOf(ZIP, ZIP.length - 1), "is cut short or damaged"),
        arguments("first part", joined(ascii("PK\007\b"), ZIP), "is one of several parts"),
        arguments("last part", end(ZIP, e -> e.putShort(4, (short) 2)), "is one of several parts"),
        arguments(
            "wrong count",
            end(ZIP, e -> e.putShort(10, (short) 3)),
            "should list 3 entries, but lists 4"),
        arguments("list elsewhere", end(ZIP, e -> e.putInt(16, 7)), "is damaged"),
        arguments("list beyond", end(ZIP, e -> e.putInt(16, 1 << 30)), "is cut short or damaged"),
        arguments(
            "broken list",
            central(ZIP, 2, e -> e.putInt(0, 1)),
            "should list 4 entries, but lists 2"),
        arguments("data beyond", central(ZIP, 0, e -> e.putInt(42, 1 << 30)), "is damaged"),
        arguments(
            "data elsewhere", central(ZIP, 1, e -> e.putInt(42, 3)), "damaged entry 'cat/2.png'"),
        arguments("zip64 list elsewhere", zip64(8, 1L << 40), "is cut short or damaged"),
        arguments("zip64 of two parts", zip64(16, 2), "is one of several parts"));
  }

  /** A zip64 whose locator has another number in it. */
  private static byte[] zip64(int at, long value) {
    byte[] zip = zip(catsAndDogs(), out -> out.setUseZip64(Zip64Mode.Always), entry -> {});
    byte[] changed = zip.clone();
    int locator = Archives.indexOf(zip, ascii("PK\6\7"));
    var bytes = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
    if (at == 8) {
      bytes.putLong(locator + at, value);
    } else {
      bytes.putInt(locator + at, (int) value);
    }
    return changed;
  }

  static Stream<Arguments> dangerousZips() {
    byte[] more = zip(catsAndDogs().pictures("cat/x"));
    return Stream.of(
        arguments(
            "encrypted",
            central(more, 4, e -> e.putShort(8, (short) 1)),
            "encrypted entry 'cat/x'"),
        arguments(
            "BZIP2",
            central(more, 4, e -> e.putShort(10, (short) 12)),
            "entry 'cat/x' with the compression method BZIP2"),
        arguments("LZMA", central(more, 4, e -> e.putShort(10, (short) 14)), "method LZMA"),
        arguments("Zstandard", central(more, 4, e -> e.putShort(10, (short) 93)), "method ZSTD"),
        arguments(
            "unknown method",
            central(more, 4, e -> e.putShort(10, (short) 77)),
            "method number 77"),
        arguments("damaged deflate", damagedData(more), "damaged entry 'cat/x'"),
        arguments(
            "link",
            central(more, 4, e -> e.putShort(4, (short) 0x0314).putInt(38, LINK)),
            "symbolic link 'cat/x'"),
        arguments(
            "link from DOS", central(more, 4, e -> e.putInt(38, LINK)), "symbolic link 'cat/x'"),
        arguments(
            "device",
            central(more, 4, e -> e.putShort(4, (short) 0x0314).putInt(38, 0020666 << 16)),
            "'cat/x', which is neither a file nor a folder"),
        arguments(
            "pipe",
            central(more, 4, e -> e.putShort(4, (short) 0x0314).putInt(38, 0010666 << 16)),
            "neither a file nor a folder"),
        zipWith("up", "../x.png", "'../x.png', whose path contains '..'"),
        zipWith("up inside", "cat/../../x.png", "contains '..'"),
        zipWith("up in a hidden folder", ".x/../../y.png", "contains '..'"),
        zipWith("up with backslashes", "..\\cat/x.png", "contains '..'"),
        zipWith("absolute", "/etc/x.png", "'/etc/x.png' with an absolute path"),
        zipWith("drive", "C:\\cat/x.png", "'C:\\cat/x.png' with an absolute path"),
        zipWith("share", "\\\\host\\share/x.png", "absolute path"),
        zipWith(
            "control character",
            "cat/\u0007.png",
            "'cat/\ufffd.png', whose name is blank or has control"),
        zipWith("line break in a class", "ca\nt/1.png", "control characters"),
        zipWith("blank class", " /1.png", "is blank"),
        zipWith("long path", "cat/" + "x".repeat(197), "a path of 201 characters ('cat/xxx"),
        zipWith(
            "long class name", "c".repeat(101) + "/1.png", "a class with a name of 101 characters"),
        zipWith("twice", "cat/./1.png", "has the file 'cat/./1.png' twice"),
        arguments(
            "twice for macOS",
            zip(catsAndDogs().pictures("dog/\u00e9.png", "dog/e\u0301.png")),
            "twice"),
        holding("zip", ZIP),
        holding("tar", TAR),
        holding("gzip", gzip(TAR)),
        holding("7z", ascii("7z\u00bc\u00af\u0027\u001c\0\4")),
        holding("RAR", ascii("Rar!\u001a\u0007\1\0")));
  }

  private static Arguments zipWith(String what, String path, String message) {
    return arguments(what, zip(catsAndDogs().pictures(path)), message);
  }

  private static Arguments holding(String what, byte[] inner) {
    return arguments(
        what + " inside",
        zip(catsAndDogs().with("dog/3.jpg", inner)),
        "an archive inside: 'dog/3.jpg'");
  }

  private static byte[] damagedData(byte[] zip) {
    byte[] damaged = zip.clone();
    int name = Archives.indexOf(zip, ascii("cat/x"));
    int extra = zip[name - 2];
    damaged[name + "cat/x".length() + extra] = 7; // no block of deflate has this type
    return damaged;
  }

  static Stream<Arguments> badTars() {
    byte[] cut = Arrays.copyOf(TAR, 512 + 100);
    int picture = 512 + (picture("cat/1.png").length + 511) / 512 * 512;
    return Stream.of(
        arguments(
            "symbolic link",
            tarWith("cat/x", TarConstants.LF_SYMLINK, "/etc/passwd"),
            "symbolic link 'cat/x'"),
        arguments(
            "hard link", tarWith("cat/x", TarConstants.LF_LINK, "cat/1.png"), "hard link 'cat/x'"),
        arguments(
            "device", tarWith("cat/x", TarConstants.LF_CHR, ""), "neither a file nor a folder"),
        arguments("disk", tarWith("cat/x", TarConstants.LF_BLK, ""), "neither a file nor a folder"),
        arguments(
            "pipe", tarWith("cat/x", TarConstants.LF_FIFO, ""), "neither a file nor a folder"),
        arguments("unknown type", tarWith("cat/x", (byte) 'Q', ""), "neither a file nor a folder"),
        arguments(
            "volume of several",
            tarWith("cat/x", TarConstants.LF_MULTIVOLUME, ""),
            "one of several volumes"),
        arguments(
            "sparse file",
            tarWith("cat/x", TarConstants.LF_GNUTYPE_SPARSE, ""),
            "sparse file 'cat/x'"),
        arguments("up", tar(catsAndDogs().pictures("../x.png")), "contains '..'"),
        arguments("absolute", tarWith("/x.png", TarConstants.LF_NORMAL, ""), "absolute path"),
        arguments(
            "twice", joined(Arrays.copyOf(TAR, picture), TAR), "has the file 'cat/1.png' twice"),
        arguments(
            "archive inside",
            tar(catsAndDogs().with("dog/3.png", gzip(TAR))),
            "archive inside: 'dog/3.png'"),
        arguments("cut in a picture", cut, "is damaged or cut short after 1 entries"),
        arguments(
            "cut after a picture",
            Arrays.copyOf(TAR, picture),
            "the blocks that end a tar file are missing"),
        arguments("broken header", flipped(TAR, picture + 2), "is damaged at the entry"),
        arguments(
            "gzip cut", Arrays.copyOf(gzip(TAR), gzip(TAR).length - 10), "is damaged or cut short"),
        arguments("gzip with a wrong checksum", flipped(gzip(TAR), -6), "is damaged or cut short"),
        arguments("gzip with wrong data", flipped(gzip(TAR), gzip(TAR).length / 2), "damaged"),
        arguments("endless name", longName(), "a header of more than 256 kB"));
  }

  /** GNU tar's long name, of 4 MB. */
  private static byte[] longName() {
    byte[] name = new byte[4 << 20];
    Arrays.fill(name, (byte) 'x');
    byte[] tar =
        tar(files().with("././@LongLink", name).pictures("cat/1.png"), out -> {}, entry -> {});
    tar[156] = 'L';
    // The checksum counts the type too.
    long sum = TarUtils.computeCheckSum(checksumless(tar));
    byte[] digits = ascii("%06o\0 ".formatted(sum));
    System.arraycopy(digits, 0, tar, 148, 8);
    return tar;
  }

  private static byte[] checksumless(byte[] tar) {
    byte[] header = Arrays.copyOf(tar, 512);
    Arrays.fill(header, 148, 156, (byte) ' ');
    return header;
  }

  static Stream<Arguments> foldersThatAreNoClasses() {
    return Stream.of(
        folders("no pictures", "has no pictures ('a.txt' is none)", "a.txt", "b.txt"),
        folders("only hidden files", "has no pictures;", ".a/1.png", "__MACOSX/cat/1.png"),
        folders(
            "pictures without folders",
            "of no class, since '1.png' lies in no folder",
            "1.png",
            "2.png"),
        folders("one class", "of only one class, 'cat'", "cat/1.png", "cat/2.png"),
        folders(
            "one class with a folder",
            "only one class, 'cat'",
            "cat/1.png",
            "cat/2.png",
            "cat/a/3.png"),
        folders(
            "one class in train", "only one class, 'cat'", "train/cat/1.png", "train/cat/2.png"),
        folders(
            "a class with one picture",
            "has only one picture of the class 'dog'",
            "cat/1.png",
            "cat/2.png",
            "dog/1.png"),
        folders(
            "a class in test only",
            "has no picture of the class 'dog' in train/",
            "train/cat/1.png",
            "train/cat/2.png",
            "test/dog/1.png",
            "test/dog/2.png"),
        folders(
            "test only",
            "has test/ but no pictures in train/",
            "test/cat/1.png",
            "test/cat/2.png",
            "test/dog/1.png",
            "test/dog/2.png"),
        folders(
            "no class in train",
            "'train/3.png' in no folder of a class",
            "train/cat/1.png",
            "train/cat/2.png",
            "train/dog/1.png",
            "train/dog/2.png",
            "train/3.png"),
        folders(
            "a third split",
            "'val/cat/3.png' beside train/ and test/",
            "train/cat/1.png",
            "train/cat/2.png",
            "train/dog/1.png",
            "train/dog/2.png",
            "val/cat/3.png"));
  }

  private static Arguments folders(String what, String message, String... paths) {
    var files = files();
    for (String path : paths) {
      files.with(path, path.endsWith(".txt") ? ascii("text") : picture(path));
    }
    return arguments(what, zip(files), message);
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource({
    "filesThatAreNoArchives",
    "damagedZips",
    "dangerousZips",
    "badTars",
    "foldersThatAreNoClasses"
  })
  void isRefusedWithTheReason(String what, byte[] archive, String message) throws IOException {
    Path file = Files.write(folder.resolve("archive"), archive);

    Throwable refusal = catchThrowable(() -> PictureArchive.open(file, Conversions.LIMITS).close());

    assertThat(refusal).isInstanceOf(RefusedArchiveException.class).hasMessageContaining(message);
  }
}
