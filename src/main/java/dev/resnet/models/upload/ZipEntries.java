package dev.resnet.models.upload;

import dev.resnet.files.VolumeFiles;
import dev.resnet.memory.ByteSize;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * Reads the entries of a zip one after the other, without its central directory, which could fill
 * the memory. All that is decompressed is counted, also what nobody wants.
 */
final class ZipEntries {
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final ZipLimits limits;

  ZipEntries(Path file, ZipLimits limits) {
    this.file = file;
    this.limits = limits;
  }

  /** Receives the entries. */
  @FunctionalInterface
  interface Reader {

    /** What is not read of the content is skipped. */
    void read(String name, DataInputStream content) throws IOException;
  }

  /**
   * @throws RefusedNetworkException if it is not a zip, or holds more than is allowed
   * @throws IOException if the file can't be read
   */
  void forEach(Reader reader) throws IOException {
    try (var zip = new ZipInputStream(new BufferedInputStream(VolumeFiles.read(file), BUFFER))) {
      var content = new Counted(zip);
      int entries = 0;
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (++entries > limits.entries()) {
          throw new RefusedNetworkException(
              "The zip has more than %d entries (resnet.models.upload.max-entries)."
                  .formatted(limits.entries()));
        }
        reader.read(entry.getName(), new DataInputStream(content));
        content.skipRest();
      }
      if (entries == 0) {
        throw new RefusedNetworkException("The part model is no zip, or an empty one.");
      }
    } catch (ZipException | EOFException | IllegalArgumentException e) {
      // An entry's name that is not UTF-8 is an IllegalArgumentException.
      throw new RefusedNetworkException("The zip is damaged or incomplete.");
    }
  }

  private final class Counted extends FilterInputStream {
    private long read;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int bytes = super.read(buffer, offset, length);
      count(Math.max(0, bytes));
      return bytes;
    }

    @Override
    public long skip(long bytes) throws IOException {
      return Math.max(0, read(new byte[(int) Math.min(bytes, BUFFER)]));
    }

    private void count(int bytes) {
      read += bytes;
      if (read > limits.size().toBytes()) {
        throw new RefusedNetworkException(
            "The zip holds more than %s when it is decompressed (resnet.models.upload.max-size)."
                .formatted(ByteSize.text(limits.size())));
      }
    }

    void skipRest() throws IOException {
      byte[] buffer = new byte[BUFFER];
      while (read(buffer, 0, buffer.length) >= 0) {
        // Only counted.
      }
    }

    @Override
    public void close() {
      // A reader of one entry must not close the zip.
    }
  }
}
