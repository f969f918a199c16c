package dev.resnet.data.folder;

import dev.resnet.data.ImageSet;
import dev.resnet.data.Pictures;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A data set as an archive of PNG files, which is lossless. */
public final class FolderZip {
  /** The earliest of a zip file: equal data sets give equal archives. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private FolderZip() {}

  /**
   * Writes a zip of {@code train/<class>/00001.png} and so on, numbered by class in the order of
   * the data set, while it reads: without a temporary file. An archive of it, uploaded with the
   * same size, has the same pictures in the same classes and splits, but in another order.
   *
   * @param out is flushed, but not closed
   * @throws dev.resnet.data.DamagedDatasetException if a file is missing or has another size
   */
  public static void write(Path folder, OutputStream out) throws IOException {
    FolderHeader header = FolderHeader.read(folder);
    var zip = new ZipOutputStream(out);
    zip.setMethod(ZipOutputStream.STORED); // PNG is compressed
    for (Split split : Split.values()) {
      write(folder, split, header, zip);
    }
    zip.finish();
    out.flush();
  }

  private static void write(Path folder, Split split, FolderHeader header, ZipOutputStream zip)
      throws IOException {
    ImageSet one = ImageSet.empty(header.shape(), 1);
    int[] numbers = new int[header.classes().size()];
    try (RecordFile records = RecordFile.open(folder, split, header)) {
      for (int i = 0; i < records.count(); i++) {
        if (Thread.interrupted()) {
          throw new InterruptedIOException("writing the archive was interrupted");
        }
        int label = records.checked(records.label(i), i);
        records.read(i, one.pixels());
        byte[] png = Pictures.png(one, 0);
        var crc = new CRC32();
        crc.update(png);
        var entry =
            new ZipEntry(
                "%s/%s/%05d.png"
                    .formatted(split.wireName(), header.classes().get(label), ++numbers[label]));
        entry.setTimeLocal(TIME);
        entry.setSize(png.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(png);
        zip.closeEntry();
      }
    }
  }
}
