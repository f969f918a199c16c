package dev.resnet.data.cifar;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.files.AtomicFiles;
import dev.resnet.files.VolumeFiles;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The archive as the University of Toronto publishes it: a tar file compressed with gzip.
 *
 * <p>It may come from anywhere, so its content is not trusted. Only the known file names are read.
 * A path that leaves the archive is an error, and so is an entry or a number of entries that no
 * CIFAR archive has.
 */
record CifarArchive(CifarFormat format, Path archive) implements CifarFiles {
  private static final int BUFFER = 1 << 16;

  /** The official archives have at most nine entries. */
  private static final int MOST_ENTRIES = 64;

  /** Most bytes after the last entry: tar pads to records of 10 KiB. */
  private static final int MOST_PADDING = 1 << 20;

  /** Whether the file starts like every gzip file; checked before the archive is used. */
  boolean looksLikeGzip() throws IOException {
    try (var in = VolumeFiles.read(archive)) {
      return Arrays.equals(in.readNBytes(2), new byte[] {0x1f, (byte) 0x8b});
    }
  }

  @Override
  public Map<String, Long> sizes() throws IOException {
    Map<String, Long> sizes = new LinkedHashMap<>();
    walk(
        (entry, file, in) -> {
          if (format.records().contains(file)) {
            sizes.put(file, entry.getSize());
          }
        });
    return sizes;
  }

  @Override
  public void forEach(Visitor visitor) throws IOException {
    walk((entry, file, in) -> visitor.visit(file, in));
  }

  /** Writes the known files into {@code directory} and flushes each to the disk. */
  void extract(Path directory) throws IOException {
    forEach((file, in) -> AtomicFiles.write(directory.resolve(file), in::transferTo));
  }

  @Override
  public String place(String file) {
    return archive + "!/" + file;
  }

  @FunctionalInterface
  private interface EntryVisitor {
    void visit(TarArchiveEntry entry, String file, InputStream in) throws IOException;
  }

  private void walk(EntryVisitor visitor) throws IOException {
    try (var file = new BufferedInputStream(VolumeFiles.read(archive), BUFFER);
        var gzip = new GZIPInputStream(file, BUFFER);
        var tar = new TarArchiveInputStream(gzip)) {
      Set<String> seen = new HashSet<>();
      int entries = 0;
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        entries++;
        check(entry, entries);
        String name = bareName(entry.getName());
        if (entry.isDirectory()
            || !(format.records().contains(name) || format.classNames().equals(name))) {
          continue;
        }
        if (!seen.add(name)) {
          throw damaged("holds %s twice".formatted(name));
        }
        visitor.visit(entry, name, tar);
      }
      // gzip verifies its checksum only at the end.
      if (gzip.readNBytes(MOST_PADDING).length == MOST_PADDING) {
        throw damaged("goes on after its last file");
      }
    } catch (ZipException | EOFException e) {
      throw new DamagedDatasetException(archive + " is damaged or cut short: " + e.getMessage(), e);
    }
  }

  private void check(TarArchiveEntry entry, int entries) throws DamagedDatasetException {
    String name = entry.getName();
    boolean leaves =
        name.startsWith("/")
            || name.contains("\\")
            || name.contains(":")
            || Arrays.asList(name.split("/")).contains("..");
    if (leaves) {
      throw damaged("holds the unsafe path '%s'".formatted(name));
    }
    if (isSpecial(entry)) {
      throw damaged("holds '%s', which is neither a file nor a folder".formatted(name));
    }
    if (entry.getSize() > format.largestFile()) {
      throw damaged(
          "holds '%s' of %,d bytes, but no file of %s is larger than %,d"
              .formatted(name, entry.getSize(), format.title(), format.largestFile()));
    }
    if (entries > MOST_ENTRIES) {
      throw damaged("holds more than %d files".formatted(MOST_ENTRIES));
    }
  }

  /** Whether the entry has a special type, which {@code isFile} does not detect. */
  private static boolean isSpecial(TarArchiveEntry entry) {
    return entry.isLink()
        || entry.isSymbolicLink()
        || entry.isFIFO()
        || entry.isCharacterDevice()
        || entry.isBlockDevice();
  }

  private DamagedDatasetException damaged(String what) {
    return new DamagedDatasetException(
        "%s is no %s archive: it %s".formatted(archive, format.title(), what));
  }

  /** The name of a file at the top or in the official folder; any other path unchanged. */
  private String bareName(String path) {
    String name = path.startsWith("./") ? path.substring(2) : path;
    return name.startsWith(format.folder() + "/")
        ? name.substring(format.folder().length() + 1)
        : name;
  }
}
