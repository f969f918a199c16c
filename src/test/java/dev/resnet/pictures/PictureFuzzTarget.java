package dev.resnet.pictures;

import dev.resnet.fuzz.Leaks;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.springframework.util.unit.DataSize;

/** Image files: each gives an image or a message for the client. */
public final class PictureFuzzTarget {
  /** Garbage included, as {@link DamagedPicturesTests} measures it, and once more for a PNG. */
  private static final long MOST_ALLOCATED = 96 << 20;

  private static final int PNG_HEAD = 8;

  /** Length, type and checksum of a chunk. */
  private static final int CHUNK = 12;

  private static final PictureReader READER =
      Limits.reader(1 << 16, 1 << 16, DataSize.ofMegabytes(4));
  private static final Leaks LEAKS = new Leaks(MOST_ALLOCATED);

  private PictureFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) {
    LEAKS.begin();
    read(input);
    if (input.length > PNG_HEAD
        && PictureFormat.of(input).filter(PictureFormat.PNG::equals).isPresent()) {
      // Nearly every change makes a checksum wrong, so that nothing behind it would be reached.
      read(withChecksums(input));
    }
    LEAKS.check();
  }

  private static void read(byte[] file) {
    ResizePolicy[] policies = ResizePolicy.values();
    try {
      READER.read(file, ImageShape.CIFAR, policies[file.length % policies.length]);
    } catch (UnreadablePictureException e) {
      if (!e.getMessage().matches("(is|has|takes) .*")) {
        throw new AssertionError(e);
      }
    }
  }

  private static byte[] withChecksums(byte[] input) {
    byte[] png = input.clone();
    ByteBuffer fields = ByteBuffer.wrap(png);
    for (int at = PNG_HEAD; at <= png.length - CHUNK; ) {
      int length = fields.getInt(at);
      if (length < 0 || length > png.length - at - CHUNK) {
        break;
      }
      var crc = new CRC32();
      crc.update(png, at + 4, length + 4);
      fields.putInt(at + 8 + length, (int) crc.getValue());
      at += CHUNK + length;
    }
    return png;
  }

  /** The pictures of the tests, without the large ones. */
  public static Map<String, byte[]> seeds() {
    Map<String, byte[]> seeds = new TreeMap<>();
    // The list of a folder of resources, each in a line.
    String names = new String(resource(""), java.nio.charset.StandardCharsets.UTF_8);
    Matcher name = Pattern.compile(".+\\.(png|jpg|gif|bmp|webp|tif)").matcher(names);
    while (name.find()) {
      byte[] file = resource(name.group());
      if (file.length < 6_000) {
        seeds.put(name.group(), file);
      }
    }
    return seeds;
  }

  private static byte[] resource(String name) {
    try (InputStream in = PictureFuzzTarget.class.getResourceAsStream("/pictures/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
