package dev.resnet.data.folder;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.ImageReader;
import dev.resnet.data.ImageSet;
import dev.resnet.files.Sha256;
import dev.resnet.files.VolumeFiles;
import dev.resnet.pictures.ImageShape;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** The pictures of one split of a data set's folder, from its file. */
public final class FolderImages implements ImageReader {
  private static final int BUFFER = 1 << 16;

  private final FolderHeader header;
  private final FolderHeader.Part part;
  private final Path file;
  private final RecordFile records;
  private final MessageDigest digest = Sha256.digest();
  private final DataInputStream in;
  private int at;

  private FolderImages(FolderHeader header, Split split, Path file, RecordFile records)
      throws IOException {
    this.header = header;
    this.part = RecordFile.part(split, header);
    this.file = file;
    this.records = records;
    this.in =
        new DataInputStream(
            new BufferedInputStream(new DigestInputStream(VolumeFiles.read(file), digest), BUFFER));
  }

  /**
   * @throws DamagedDatasetException if the header or the file is not as it was written
   */
  public static FolderImages open(Path folder, Split split) throws IOException {
    return open(folder, split, FolderHeader.read(folder));
  }

  static FolderImages open(Path folder, Split split, FolderHeader header) throws IOException {
    RecordFile records = RecordFile.open(folder, split, header);
    try {
      return new FolderImages(header, split, folder.resolve(RecordFile.name(split)), records);
    } catch (IOException | RuntimeException e) {
      records.close();
      throw e;
    }
  }

  @Override
  public List<String> classes() {
    return header.classes();
  }

  @Override
  public ImageShape shape() {
    return header.shape();
  }

  @Override
  public String sha256() {
    return header.sha256();
  }

  @Override
  public int count() {
    return part.pictures();
  }

  @Override
  public ImageSet next(int most) throws IOException {
    ImageSet images = ImageSet.empty(shape(), Math.min(most, count() - at));
    try {
      for (int i = 0; i < images.count(); i++) {
        if (Thread.interrupted()) {
          throw new InterruptedIOException("reading %s was interrupted".formatted(file));
        }
        images.labels()[i] = (short) records.checked(in.readUnsignedShort(), at + i);
        in.readFully(images.pixels(), i * shape().values(), shape().values());
      }
    } catch (EOFException e) {
      throw FolderHeader.damaged(file, "is cut short", e);
    }
    at += images.count();
    if (at == count() && images.count() > 0) {
      requireUnchanged();
    }
    return images;
  }

  private void requireUnchanged() throws DamagedDatasetException {
    // The file has the right size, so all of it has been read.
    if (!HexFormat.of().formatHex(digest.digest()).equals(part.sha256())) {
      throw FolderHeader.damaged(file, "has changed since it was written", null);
    }
  }

  @Override
  public void close() throws IOException {
    try (records) {
      in.close();
    }
  }
}
