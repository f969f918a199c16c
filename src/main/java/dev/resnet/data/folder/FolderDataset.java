package dev.resnet.data.folder;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.Dataset;
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

/** Reads the folder of a data set into memory. */
public final class FolderDataset {
  private static final int BUFFER = 1 << 16;

  private FolderDataset() {}

  /**
   * Reads all pictures and compares them with the checksums that were written with them.
   *
   * @param name of the data set; its folder does not know it
   * @throws DamagedDatasetException if a file is missing or changed; the message says which, and
   *     what to do
   * @throws InterruptedIOException if the thread is interrupted
   */
  public static Dataset read(Path folder, String name) throws IOException {
    FolderHeader header = FolderHeader.read(folder);
    return new Dataset(
        name,
        header.classes(),
        read(folder, Split.TRAIN, header),
        read(folder, Split.TEST, header),
        header.resize(),
        header.sha256());
  }

  private static ImageSet read(Path folder, Split split, FolderHeader header) throws IOException {
    ImageShape shape = header.shape();
    Path file = folder.resolve(RecordFile.name(split));
    try (RecordFile records = RecordFile.open(folder, split, header)) {
      ImageSet images = ImageSet.empty(shape, records.count());
      MessageDigest digest = Sha256.digest();
      try (var in =
          new DataInputStream(
              new BufferedInputStream(
                  new DigestInputStream(VolumeFiles.read(file), digest), BUFFER))) {
        for (int i = 0; i < images.count(); i++) {
          if (Thread.interrupted()) {
            throw new InterruptedIOException("reading %s was interrupted".formatted(folder));
          }
          images.labels()[i] = (short) records.checked(in.readUnsignedShort(), i);
          in.readFully(images.pixels(), i * shape.values(), shape.values());
        }
      }
      String found = HexFormat.of().formatHex(digest.digest());
      if (!found.equals(RecordFile.part(split, header).sha256())) {
        throw FolderHeader.damaged(file, "has changed since it was written", null);
      }
      return images;
    } catch (EOFException e) {
      throw FolderHeader.damaged(file, "is cut short", e);
    }
  }
}
