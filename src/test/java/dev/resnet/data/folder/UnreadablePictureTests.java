package dev.resnet.data.folder;

import static dev.resnet.data.folder.Archives.ascii;
import static dev.resnet.data.folder.Archives.catsAndDogs;
import static dev.resnet.data.folder.Archives.central;
import static dev.resnet.data.folder.Archives.files;
import static dev.resnet.data.folder.Archives.picture;
import static dev.resnet.data.folder.Archives.tar;
import static dev.resnet.data.folder.Archives.zip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives with a good structure, whose pictures refuse them. */
@Timeout(30)
class UnreadablePictureTests {
  private static final byte[] BROKEN = ascii("\u0089PNG\r\n\u001a\n and nothing more");

  @TempDir Path folder;

  static Stream<Arguments> archives() {
    byte[] zip = zip(catsAndDogs());
    int size = picture("cat/1.png").length;
    return Stream.of(
        arguments(
            "wrong checksum",
            central(zip, 1, e -> e.putInt(16, 7)),
            false,
            "damaged entry 'cat/2.png' (its checksum is wrong)"),
        arguments(
            "smaller than it is",
            central(zip, 1, e -> e.putInt(24, size - 1)),
            false,
            "'cat/2.png' (it has more bytes than the"),
        arguments(
            "larger than it is",
            central(zip, 1, e -> e.putInt(24, size + 1)),
            false,
            "'cat/2.png' (it has fewer bytes than the"),
        arguments(
            "a class without a readable picture",
            zip(catsAndDogs().with("fox/1.png", BROKEN).with("fox/2.png", BROKEN)),
            false,
            "has no readable picture of the class 'fox'; a class needs at least two: add some, or"
                + " remove its folder. What can't be read: 'fox/1.png' is "),
        arguments(
            "a class with one readable picture",
            tar(catsAndDogs().pictures("fox/1.png").with("fox/2.png", BROKEN)),
            false,
            "has only one readable picture of the class 'fox'"),
        arguments(
            "no readable picture in train",
            zip(
                files()
                    .pictures(
                        "train/cat/1.png", "train/cat/2.png", "test/dog/1.png", "test/dog/2.png")
                    .with("train/dog/1.png", BROKEN)),
            false,
            "has no readable picture of the class 'dog' in train/"),
        arguments(
            "no readable picture in test",
            zip(
                files()
                    .pictures(
                        "train/cat/1.png", "train/cat/2.png", "train/dog/1.png", "train/dog/2.png")
                    .with("test/dog/1.png", BROKEN)),
            false,
            "has no readable picture in test/"),
        arguments(
            "strict",
            zip(catsAndDogs().with("cat/3.png", BROKEN)),
            true,
            "has one unusable picture, and strict=true allows none: 'cat/3.png' is "),
        arguments("strict, too many to name", manyBroken(), true, "has 7 unusable pictures"),
        arguments(
            "strict, a picture in no class",
            zip(catsAndDogs().pictures("cover.png")),
            true,
            "'cover.png' lies in no folder of a class; move it into one"),
        arguments(
            "strict, too large",
            zip(catsAndDogs().with("cat/big.png", new byte[70_000])),
            true,
            "'cat/big.png' has more than 65536 bytes"));
  }

  private static byte[] manyBroken() {
    var files = catsAndDogs();
    Archives.names("cat/b", 7, ".png").forEach(name -> files.with(name, BROKEN));
    return zip(files);
  }

  @ParameterizedTest(name = "{0}: {3}")
  @MethodSource("archives")
  void isRefusedWithTheReason(String what, byte[] archive, boolean strict, String message) {
    Throwable refusal =
        catchThrowable(
            () -> Conversions.convert(folder, archive, Conversions.options(0.5, 1, strict)));

    assertThat(refusal).isInstanceOf(RefusedArchiveException.class).hasMessageContaining(message);
  }
}
