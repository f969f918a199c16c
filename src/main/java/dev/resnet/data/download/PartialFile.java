package dev.resnet.data.download;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.resnet.files.VolumeFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.springframework.util.DigestUtils;

/**
 * The downloaded part of a file. Next to it is the validator (RFC 9110, section 8.8) of the version
 * that it is a part of; without a validator the download can't be resumed.
 */
record PartialFile(Path path) {

  /** Size in bytes; 0 if there is none. */
  long size() throws IOException {
    try {
      return Files.size(path);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** Size in bytes; 0 if it can't be found out. For messages and waits. */
  long progress() {
    try {
      return size();
    } catch (IOException e) {
      return 0;
    }
  }

  /** The {@code ETag} or {@code Last-Modified} of the version. */
  Optional<String> validator() throws IOException {
    try {
      return Optional.of(new String(VolumeFiles.bytes(validatorFile()), UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Empties the file for a new version. */
  FileChannel restart(Optional<String> validator) throws IOException {
    Files.deleteIfExists(validatorFile());
    FileChannel channel =
        VolumeFiles.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    try {
      if (validator.isPresent()) {
        write(validatorFile(), validator.get());
      }
      return channel;
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  /** If the process dies here, half of a validator fits no version: the download begins anew. */
  private static void write(Path file, String text) throws IOException {
    try (FileChannel channel =
        VolumeFiles.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  FileChannel append() throws IOException {
    return VolumeFiles.open(path, StandardOpenOption.APPEND);
  }

  void delete() throws IOException {
    Files.deleteIfExists(validatorFile());
    Files.deleteIfExists(path);
  }

  /** The MD5 in lower-case hex. */
  String md5() throws IOException {
    try (var in = VolumeFiles.read(path)) {
      return DigestUtils.md5DigestAsHex(in);
    }
  }

  /**
   * @param expected MD5; empty to skip the check
   */
  boolean matches(String expected) throws IOException {
    return expected.isEmpty() || md5().equalsIgnoreCase(expected);
  }

  private Path validatorFile() {
    return path.resolveSibling(path.getFileName() + ".validator");
  }
}
