package dev.resnet.data.folder;

import dev.resnet.files.AtomicFiles;
import dev.resnet.files.VolumeFiles;
import dev.resnet.pictures.ImageShape;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of an archive after decoding, on disk by their position. Their split and order are
 * only known when all have been read, since the unreadable ones drop out.
 */
final class ConvertedPictures implements Closeable {
  private final Path file;
  private final FileChannel channel;
  private final int size;
  private final @Nullable String[] reasons;

  ConvertedPictures(Path folder, ImageShape shape, int count) throws IOException {
    this.size = shape.values();
    this.reasons = new String[count];
    this.file = AtomicFiles.createTemporary(folder, "pictures.", ".partial");
    this.channel = VolumeFiles.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Several threads may put different pictures at the same time. */
  void put(int i, byte[] pixels) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(pixels);
    while (buffer.hasRemaining()) {
      channel.write(buffer, (long) i * size + buffer.position());
    }
  }

  void fail(int i, String reason) {
    reasons[i] = reason;
  }

  /** Why picture {@code i} can't be read; null if it can. */
  @Nullable String reason(int i) {
    return reasons[i];
  }

  void get(int i, byte[] pixels) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(pixels);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, (long) i * size + buffer.position()) < 0) {
        throw new IOException(file + " is shorter than it was written");
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(file);
  }
}
