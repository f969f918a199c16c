package dev.resnet.data.folder;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.Dataset;
import dev.resnet.data.ImageSet;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;

/** Reads the folder of a data set into memory. */
public final class FolderDataset {
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
    try (FolderImages images = FolderImages.open(folder, split, header)) {
      return images.next(images.count());
    }
  }
}
