package dev.resnet.data.folder;

import dev.resnet.fuzz.InputFile;
import dev.resnet.fuzz.Leaks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Archives of pictures: each is read to its end or refused. */
public final class ArchiveFuzzTarget {
  private static final int BLOCK = 512;

  private static final ArchiveLimits LIMITS = Conversions.limits(1_000, 4 << 20, 200, 100);
  private static final Leaks LEAKS = new Leaks(64 << 20);
  private static final InputFile FILE = new InputFile();

  private ArchiveFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    LEAKS.begin();
    read(input);
    if (isTar(input, 0)) {
      read(withChecksums(input));
    }
    LEAKS.check();
    FILE.check();
  }

  private static void read(byte[] bytes) throws IOException {
    try (var archive = PictureArchive.open(FILE.with(bytes), LIMITS)) {
      List<Integer> pictures =
          archive.sorted().stream().map(ArchivedPicture::entry).sorted().toList();
      try (var files = archive.entries().read(pictures, LIMITS.maxPictureSize().toBytes())) {
        while (files.next() != null) {
          // Pictures have a target of their own.
        }
      }
    } catch (RefusedArchiveException e) {
      if (e.getMessage().isBlank() || e.getMessage().length() > 1_000) {
        throw new AssertionError(e);
      }
    }
  }

  private static boolean isTar(byte[] bytes, int at) {
    return bytes.length >= at + BLOCK
        && new String(bytes, at + 257, 5, StandardCharsets.ISO_8859_1).equals("ustar");
  }

  /** With the checksum of each header, which nearly every change makes wrong. */
  private static byte[] withChecksums(byte[] input) {
    byte[] tar = input.clone();
    for (int at = 0; at <= tar.length - BLOCK; at += BLOCK) {
      if (isTar(tar, at)) {
        byte[] block = Arrays.copyOfRange(tar, at, at + BLOCK);
        Arrays.fill(block, 148, 156, (byte) ' '); // what the sum counts for itself
        TarUtils.formatCheckSumOctalBytes(TarUtils.computeCheckSum(block), tar, at + 148, 8);
      }
    }
    return tar;
  }

  /** Small archives in each format, with names and entries of many kinds. */
  public static Map<String, byte[]> seeds() {
    var files =
        Archives.catsAndDogs()
            .with("train/.DS_Store", new byte[] {1})
            .with("кот/notes.txt", Archives.ascii("text"));
    Consumer<ZipArchiveEntry> asIs = entry -> {};
    Consumer<ZipArchiveOutputStream> plain = zip -> {};
    byte[] tar = Archives.tar(files);
    return Map.of(
        "zip", Archives.zip(files),
        "zip with other flags",
            Archives.zip(files, zip -> zip.setUseLanguageEncodingFlag(false), asIs),
        "zip with links", Archives.zip(files, plain, entry -> entry.setUnixMode(0120777)),
        "zip with a comment", Archives.zip(files, zip -> zip.setComment("comment"), asIs),
        "tar", tar,
        "tar with a link", Archives.tarWith("cat/x", (byte) '2', "/etc/passwd"),
        "tar with long names",
            Archives.tar(Archives.catsAndDogs().pictures("cat/" + "x".repeat(150))),
        "gzip", Archives.gzip(tar));
  }
}
