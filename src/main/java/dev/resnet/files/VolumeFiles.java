package dev.resnet.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Files whose failures can be told from those of their content or of a network: each is a {@link
 * FileSystemException} that names the file. The JDK's exceptions of open files have neither a name
 * nor a type of their own.
 */
public final class VolumeFiles {
  /** Chains of causes may be circular. */
  private static final int LONGEST_CHAIN = 50;

  private VolumeFiles() {}

  /** {@link FileChannel#open(Path, OpenOption...)}. */
  public static FileChannel open(Path file, OpenOption... options) throws IOException {
    return new NamedFileChannel(file, FileChannel.open(file, options));
  }

  /** {@link Files#newInputStream}. */
  public static InputStream read(Path file) throws IOException {
    return Channels.newInputStream(open(file));
  }

  /** {@link Files#readAllBytes}. */
  public static byte[] bytes(Path file) throws IOException {
    try (InputStream in = read(file)) {
      return in.readAllBytes();
    }
  }

  /** {@link Files#copy(Path, OutputStream)}. */
  public static void copy(Path file, OutputStream to) throws IOException {
    try (InputStream in = read(file)) {
      in.transferTo(to);
    }
  }

  /**
   * What is in a folder; nothing if there is no such folder.
   *
   * @throws IOException if it can't be listed completely
   */
  public static List<Path> entries(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> listing = Files.newDirectoryStream(folder)) {
      listing.forEach(entries::add);
      return entries;
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw named(folder, e.getCause());
    }
  }

  /** The failure of a file or folder in a chain of causes. */
  public static Optional<FileSystemException> failureIn(Throwable thrown) {
    return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
        .limit(LONGEST_CHAIN)
        .filter(FileSystemException.class::isInstance)
        .map(FileSystemException.class::cast)
        .findFirst();
  }

  /**
   * An I/O error in a chain of causes, which may pass. What the subclasses say, such as a file that
   * is missing, does not.
   */
  public static Optional<FileSystemException> errorIn(Throwable thrown) {
    return failureIn(thrown).filter(found -> found.getClass().equals(FileSystemException.class));
  }

  static IOException named(Path path, IOException cause) {
    if (cause instanceof FileSystemException named) {
      return named;
    }
    var named = new FileSystemException(path.toString(), null, cause.getMessage());
    named.initCause(cause);
    return named;
  }
}
