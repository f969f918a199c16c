package dev.resnet.files;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes files atomically: to a temporary file in the same folder, flushed to the disk, then
 * renamed.
 *
 * <p>A process killed at any moment leaves the old file, the new file, or a {@code .partial} that
 * nothing reads.
 */
public final class AtomicFiles {
  private static final int BUFFER = 1 << 16;

  private AtomicFiles() {}

  /** Writes the content of a file to a stream that the caller owns. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** What has been written: its size in bytes and the SHA-256 of its content in lower-case hex. */
  public record Written(Path path, long size, String sha256) {}

  /**
   * Replaces {@code target} by {@code content}, creating its folder where needed.
   *
   * @throws IOException if the content could not be written completely; {@code target} is then
   *     unchanged
   */
  public static Written write(Path target, Content content) throws IOException {
    Path folder = createFolders(target.toAbsolutePath().getParent());
    Path partial = temporary(folder, target.getFileName() + ".", ".partial");
    try {
      String sha256;
      try (var channel = create(partial)) {
        var digest = Sha256.digest();
        var out =
            new BufferedOutputStream(
                new DigestOutputStream(Channels.newOutputStream(channel), digest), BUFFER);
        content.writeTo(new Uncloseable(out));
        out.flush();
        channel.force(true);
        sha256 = HexFormat.of().formatHex(digest.digest());
      }
      long size = Files.size(partial);
      Files.move(
          partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      force(folder);
      return new Written(target, size, sha256);
    } catch (IOException | RuntimeException | Error e) {
      discard(partial, e);
      throw e;
    }
  }

  /** The first failure is the one to report; a full volume must not look like a delete error. */
  private static void discard(Path partial, Throwable failure) {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Creates a new, empty file with a unique name. Unlike {@link Files#createTempFile}, whose files
   * only their owner may read, it uses the permissions of the process's umask, because processes
   * that share a volume may run as different users of one group.
   */
  public static Path createTemporary(Path folder, String prefix, String suffix) throws IOException {
    Path file = temporary(folder, prefix, suffix);
    try (FileChannel created = create(file)) {
      return file;
    } catch (IOException e) {
      discard(file, e);
      throw e;
    }
  }

  private static Path temporary(Path folder, String prefix, String suffix) {
    return folder.resolve(prefix + UUID.randomUUID() + suffix);
  }

  private static FileChannel create(Path file) throws IOException {
    return VolumeFiles.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Creates the missing folders of a path and flushes them to the disk. */
  private static Path createFolders(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return folder;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      createFolders(parent);
    }
    Files.createDirectories(folder); // no error if another thread was faster
    if (parent != null) {
      force(parent);
    }
    return folder;
  }

  /**
   * Renames a folder of files, creating the folder above the target where needed. After a power cut
   * either the old or the new name exists, and under the new one every file is complete.
   *
   * @throws IOException if a file could not be flushed, or if the target is there
   */
  public static void moveFolder(Path folder, Path target) throws IOException {
    for (Path file : VolumeFiles.entries(folder)) {
      if (Files.isRegularFile(file)) {
        try (var channel = VolumeFiles.open(file, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
    }
    force(folder);
    Path above = createFolders(target.toAbsolutePath().getParent());
    Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
    force(above);
    force(folder.toAbsolutePath().getParent());
  }

  /** Deletes a file, or a folder with its content; does nothing if it does not exist. */
  public static void deleteRecursively(Path root) throws IOException {
    // Not Files.exists: that takes a folder that can't be read for one that is gone.
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      if (!e.getFile().equals(root.toString())) {
        throw e;
      }
    } catch (UncheckedIOException e) {
      throw VolumeFiles.named(root, e.getCause());
    }
  }

  /** Flushes a folder: a rename is durable only after that. Windows has no such call. */
  private static void force(Path folder) {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // The file is complete either way. Only its durability in a power cut depends on the file
      // system.
    }
  }

  /**
   * Ignores close(): zip writers close their stream, but the file must be flushed to the disk
   * first.
   */
  private static final class Uncloseable extends FilterOutputStream {
    Uncloseable(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
