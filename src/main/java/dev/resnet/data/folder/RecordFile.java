package dev.resnet.data.folder;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.files.VolumeFiles;
import dev.resnet.pictures.ImageShape;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The pictures of one split on disk: for each, the class index as two bytes, the high one first,
 * then its bytes [size, size, 3].
 */
final class RecordFile implements Records, Closeable {
  static final int LABEL_BYTES = 2;

  private final Path file;
  private final Split split;
  private final FolderHeader.Part part;
  private final int classes;
  private final int record;
  private final FileChannel channel;

  private RecordFile(Path file, Split split, FolderHeader header, FileChannel channel) {
    this.file = file;
    this.split = split;
    this.part = part(split, header);
    this.classes = header.classes().size();
    this.record = bytes(header.shape());
    this.channel = channel;
  }

  /** The bytes of one picture with its label. */
  static int bytes(ImageShape shape) {
    return LABEL_BYTES + shape.values();
  }

  static String name(Split split) {
    return split.wireName() + ".bin";
  }

  static FolderHeader.Part part(Split split, FolderHeader header) {
    return split == Split.TRAIN ? header.train() : header.test();
  }

  /**
   * Checks the size, but not the content.
   *
   * @throws DamagedDatasetException if the file is missing or has another size than it had
   */
  static RecordFile open(Path folder, Split split, FolderHeader header) throws IOException {
    Path file = folder.resolve(name(split));
    checkSize(file, (long) part(split, header).pictures() * bytes(header.shape()));
    return new RecordFile(file, split, header, VolumeFiles.open(file));
  }

  private static void checkSize(Path file, long expected) throws IOException {
    try {
      long size = Files.size(file);
      if (size != expected) {
        throw FolderHeader.damaged(
            file, "has %,d bytes instead of %,d".formatted(size, expected), null);
      }
    } catch (NoSuchFileException e) {
      throw FolderHeader.damaged(file, "is missing", e);
    }
  }

  @Override
  public int count() {
    return part.pictures();
  }

  @Override
  public int label(int i) throws IOException {
    ByteBuffer label = ByteBuffer.allocate(LABEL_BYTES);
    read(label, (long) i * record);
    return checked(Short.toUnsignedInt(label.getShort(0)), i);
  }

  /** A label, unless there is no such class. */
  int checked(int label, int i) throws DamagedDatasetException {
    if (label >= classes) {
      throw FolderHeader.damaged(
          file,
          "has the label %d in record %d, but there are %d classes".formatted(label, i, classes),
          null);
    }
    return label;
  }

  @Override
  public void read(int i, byte[] pixels) throws IOException {
    read(ByteBuffer.wrap(pixels), (long) i * record + LABEL_BYTES);
  }

  private void read(ByteBuffer buffer, long at) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw FolderHeader.damaged(file, "is cut short", null);
      }
    }
  }

  @Override
  public String origin(int i) {
    return "%s picture %d".formatted(split.wireName(), i);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
