package dev.resnet.files;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Files that appear whole or not at all: written beside their place, flushed to the disk, then
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
   * @throws IOException where the content could not be written whole; {@code target} is then as it
   *     was
   */
  public static Written write(Path target, Content content) throws IOException {
    Path folder = createFolders(target.toAbsolutePath().getParent());
    Path partial = createTemporary(folder, target.getFileName() + ".", ".partial");
    try {
      String sha256;
      try (var channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
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
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /**
   * A new, empty file with a name of its own. Unlike {@link Files#createTempFile}, whose files only
   * their owner may read, it has the permissions that the process's umask gives: the processes that
   * share a volume may run under different users of one group.
   */
  public static Path createTemporary(Path folder, String prefix, String suffix) throws IOException {
    return Files.createFile(folder.resolve(prefix + UUID.randomUUID() + suffix));
  }

  /** Creates what is missing of a path; a power cut takes none of it away again. */
  private static Path createFolders(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return folder;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      createFolders(parent);
    }
    Files.createDirectories(folder); // another thread may have been faster
    if (parent != null) {
      force(parent);
    }
    return folder;
  }

  /** Deletes a file or a folder with all that is in it; nothing happens where there is none. */
  public static void deleteRecursively(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** A rename is durable only once the folder itself is on the disk; Windows has no such call. */
  private static void force(Path folder) {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // The file is whole either way; only its durability over a power cut is the file system's
      // affair.
    }
  }

  /**
   * Writers of zip streams close what they are given; here the file has to be flushed and forced
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
