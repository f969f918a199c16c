package dev.resnet.data.upload;

import static dev.resnet.data.DatasetRefusedException.Reason.NO_ROOM;
import static dev.resnet.data.DatasetRefusedException.Reason.TOO_LARGE;

import dev.resnet.data.DatasetRefusedException;
import dev.resnet.memory.ByteSize;
import java.nio.file.Path;
import java.util.List;
import org.springframework.util.unit.DataSize;

/**
 * The room for uploaded data sets: all versions of all data sets, by their rows, and everything
 * that is being uploaded or converted, as it is on the volume, of all processes.
 */
final class Room {
  private final DataSize limit;
  private final DatasetRows rows;
  private final DatasetFolders folders;

  /**
   * @param limit zero for none
   */
  Room(DataSize limit, DatasetRows rows, DatasetFolders folders) {
    this.limit = limit;
    this.rows = rows;
    this.folders = folders;
  }

  /**
   * @param more bytes that are to come
   * @throws DatasetRefusedException if there is no room for them
   */
  void require(long more) {
    long most = limit.toBytes();
    if (most == 0) {
      return;
    }
    if (more > most) {
      throw new DatasetRefusedException(
          TOO_LARGE,
          "The archive is larger than %s, which all uploaded data sets may take together (%s)."
              .formatted(ByteSize.text(limit), UploadProperties.MAX_TOTAL_SIZE));
    }
    requireBelow(most, rows.size() + folders.uploadsSize(), more);
  }

  /** The same for what a conversion has written. Archives that wait don't end it. */
  void requireResult(Path folder) {
    if (limit.toBytes() > 0) {
      requireBelow(limit.toBytes(), rows.size(), DatasetFolders.size(folder));
    }
  }

  private void requireBelow(long most, long used, long more) {
    if (used + more > most) {
      throw new DatasetRefusedException(
          NO_ROOM,
          "There is no room: uploaded data sets take %,d MB, this one another %,d MB, and together they may take %s (%s). %s"
              .formatted(
                  used >> 20,
                  more >> 20,
                  ByteSize.text(limit),
                  UploadProperties.MAX_TOTAL_SIZE,
                  advice()));
    }
  }

  private String advice() {
    List<String> largest = rows.largest(3);
    return largest.isEmpty()
        ? "Raise the setting, or wait until other uploads have been converted."
        : "Delete data sets that you don't need (DELETE /api/v1/datasets/{name}; the largest: %s), or raise the setting."
            .formatted(String.join(", ", largest));
  }
}
