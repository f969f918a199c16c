package dev.resnet.data.cifar;

import dev.resnet.pictures.ImageShape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Small sets in CIFAR-10's format: file number n has n + 1 records, the test file 3. */
public final class CifarSamples {
  public static final int TRAIN = 2 + 3 + 4 + 5 + 6;
  static final int TEST = 3;
  static final String CLASS_NAMES = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n";

  private CifarSamples() {}

  /** Records of labels 0, 1, …, with bytes that tell file, record and place. */
  static byte[] records(int file, int count) {
    byte[] records = new byte[count * CifarFormat.CIFAR_10.record()];
    for (int i = 0; i < count; i++) {
      int at = i * CifarFormat.CIFAR_10.record();
      records[at] = (byte) (i % 10);
      for (int p = 0; p < ImageShape.CIFAR.values(); p++) {
        records[at + 1 + p] = pixel(file, i, p);
      }
    }
    return records;
  }

  static byte pixel(int file, int record, int place) {
    return (byte) (file * 31 + record * 7 + place);
  }

  static Map<String, byte[]> files() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int file = 1; file <= 5; file++) {
      files.put("data_batch_" + file + ".bin", records(file, file + 1));
    }
    files.put("test_batch.bin", records(6, TEST));
    files.put("batches.meta.txt", CLASS_NAMES.getBytes(StandardCharsets.US_ASCII));
    return files;
  }

  public static Path directory(Path folder) throws IOException {
    return directory(folder, files());
  }

  public static Path directory(Path folder, Map<String, byte[]> files) throws IOException {
    Files.createDirectories(folder);
    for (var file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
    return folder;
  }

  /** The files in the folder that the official archive has. */
  public static Path archive(Path target) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("cifar-10-batches-bin/", new byte[0]);
    files().forEach((name, content) -> entries.put("cifar-10-batches-bin/" + name, content));
    entries.put("cifar-10-batches-bin/readme.html", new byte[] {'x'});
    return archive(target, entries);
  }

  public static Path archive(Path target, Map<String, byte[]> entries) throws IOException {
    return archive(
        target,
        tar -> {
          for (var entry : entries.entrySet()) {
            add(tar, entry.getKey(), entry.getValue());
          }
        });
  }

  /** Writes entries. */
  @FunctionalInterface
  interface Entries {
    void writeTo(TarArchiveOutputStream tar) throws IOException;
  }

  public static Path archive(Path target, Entries entries) throws IOException {
    try (OutputStream file = Files.newOutputStream(target);
        var tar = new TarArchiveOutputStream(new GZIPOutputStream(file))) {
      entries.writeTo(tar);
    }
    return target;
  }

  static void add(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
    var entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }
}
