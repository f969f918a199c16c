package dev.resnet.data.download;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
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
  long size() {
    return path.toFile().length();
  }

  /** The {@code ETag} or {@code Last-Modified} of the version. */
  Optional<String> validator() throws IOException {
    return Files.exists(validatorFile())
        ? Optional.of(Files.readString(validatorFile()))
        : Optional.empty();
  }

  /** Empties the file for a new version. */
  FileChannel restart(Optional<String> validator) throws IOException {
    Files.deleteIfExists(validatorFile());
    var channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    if (validator.isPresent()) {
      Files.writeString(validatorFile(), validator.get());
    }
    return channel;
  }

  FileChannel append() throws IOException {
    return FileChannel.open(path, StandardOpenOption.APPEND);
  }

  void delete() throws IOException {
    Files.deleteIfExists(validatorFile());
    Files.deleteIfExists(path);
  }

  /** The MD5 in lower-case hex. */
  String md5() throws IOException {
    try (var in = Files.newInputStream(path)) {
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
