package dev.resnet.data.download;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The part of a file that has been downloaded, and beside it the validator (RFC 9110, section 8.8)
 * of the representation that it is a part of: without one it can't be gone on with.
 */
public record PartialFile(Path path) {
  private static final int BUFFER = 1 << 16;

  Path folder() {
    return path.toAbsolutePath().getParent();
  }

  long size() throws IOException {
    return Files.exists(path) ? Files.size(path) : 0;
  }

  /** The {@code ETag} or {@code Last-Modified} of what the part belongs to. */
  Optional<String> validator() throws IOException {
    Path file = validatorFile();
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
  }

  /** Empties the file for a new representation. */
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
    return FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  void delete() throws IOException {
    Files.deleteIfExists(validatorFile());
    Files.deleteIfExists(path);
  }

  /** In lower-case hex. */
  public String md5() throws IOException {
    MessageDigest digest = md5Digest();
    try (var in = Files.newInputStream(path)) {
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private Path validatorFile() {
    return path.resolveSibling(path.getFileName() + ".validator");
  }

  private static MessageDigest md5Digest() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}
