package dev.resnet.data.folder;

import dev.resnet.pictures.Png;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Archives for tests: entries in their order, a folder where the name ends with a slash. */
final class Archives {
  private static final int CENTRAL = 0x02014b50;

  private Archives() {}

  /** Files by path. */
  static final class Files extends LinkedHashMap<String, byte[]> {
    Files with(String path, byte[] content) {
      put(path, content);
      return this;
    }

    /** Pictures of different colours. */
    Files pictures(String... paths) {
      for (String path : paths) {
        put(path, picture(path));
      }
      return this;
    }
  }

  /** Two classes of two pictures each, and these files. */
  static Files catsAndDogs() {
    return new Files().pictures("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png");
  }

  static Files files() {
    return new Files();
  }

  /** A PNG file of 32×32 in a colour that follows from a text. */
  static byte[] picture(String text) {
    int hash = Arrays.hashCode(text.getBytes(StandardCharsets.UTF_8));
    return Png.plain(32, 32, hash & 0xff, hash >> 8 & 0xff, hash >> 16 & 0xff);
  }

  static byte[] zip(Map<String, byte[]> files) {
    return zip(files, zip -> {}, entry -> {});
  }

  static byte[] zip(
      Map<String, byte[]> files,
      Consumer<ZipArchiveOutputStream> settings,
      Consumer<ZipArchiveEntry> change) {
    return bytes(
        out -> {
          try (var zip = new ZipArchiveOutputStream(out)) {
            zip.setUseZip64(Zip64Mode.AsNeeded);
            settings.accept(zip);
            for (var file : files.entrySet()) {
              var entry = new ZipArchiveEntry(file.getKey());
              entry.setTime(0);
              change.accept(entry);
              zip.putArchiveEntry(entry);
              zip.write(file.getValue());
              zip.closeArchiveEntry();
            }
          }
        });
  }

  /** Changes the header of one entry in a zip's central directory. */
  static byte[] central(byte[] zip, int entry, Consumer<ByteBuffer> change) {
    byte[] changed = zip.clone();
    ByteBuffer all = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
    int seen = -1;
    for (int at = 0; at < changed.length - 4; at++) {
      if (all.getInt(at) == CENTRAL && ++seen == entry) {
        change.accept(all.slice(at, changed.length - at).order(ByteOrder.LITTLE_ENDIAN));
        return changed;
      }
    }
    throw new AssertionError("no such entry");
  }

  /** Changes the 22 bytes at the end of a zip. */
  static byte[] end(byte[] zip, Consumer<ByteBuffer> change) {
    byte[] changed = zip.clone();
    change.accept(
        ByteBuffer.wrap(changed, zip.length - 22, 22).slice().order(ByteOrder.LITTLE_ENDIAN));
    return changed;
  }

  static byte[] tar(Map<String, byte[]> files) {
    return tar(files, tar -> {}, entry -> {});
  }

  static byte[] tar(
      Map<String, byte[]> files,
      Consumer<TarArchiveOutputStream> settings,
      Consumer<TarArchiveEntry> change) {
    return bytes(
        out -> {
          try (var tar = new TarArchiveOutputStream(out, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            settings.accept(tar);
            for (var file : files.entrySet()) {
              var entry = new TarArchiveEntry(file.getKey(), true);
              entry.setSize(file.getValue().length);
              change.accept(entry);
              tar.putArchiveEntry(entry);
              tar.write(file.getValue());
              tar.closeArchiveEntry();
            }
          }
        });
  }

  /** A tar whose last entry has this type. */
  static byte[] tarWith(String name, byte type, String link) {
    return bytes(
        out -> {
          byte[] good = tar(catsAndDogs());
          byte[] odd =
              bytes(
                  one -> {
                    try (var tar = new TarArchiveOutputStream(one, "UTF-8")) {
                      var entry = new TarArchiveEntry(name, type, true);
                      entry.setLinkName(link);
                      tar.putArchiveEntry(entry);
                      tar.closeArchiveEntry();
                    }
                  });
          out.write(odd, 0, 512);
          out.write(good);
        });
  }

  static byte[] gzip(byte[] content) {
    return bytes(
        out -> {
          try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
          }
        });
  }

  /** The same bytes but for one. */
  static byte[] flipped(byte[] bytes, int at) {
    byte[] changed = bytes.clone();
    changed[at < 0 ? changed.length + at : at] ^= 0x55;
    return changed;
  }

  static byte[] joined(byte[]... parts) {
    return bytes(
        out -> {
          for (byte[] part : parts) {
            out.write(part);
          }
        });
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static int indexOf(byte[] bytes, byte[] wanted) {
    for (int at = 0; at <= bytes.length - wanted.length; at++) {
      if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    throw new AssertionError("not there");
  }

  static List<String> names(String prefix, int count, String suffix) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(prefix + i + suffix);
    }
    return names;
  }

  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  static byte[] bytes(Content content) {
    var out = new ByteArrayOutputStream();
    try {
      content.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
