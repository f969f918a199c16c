package dev.resnet.data.upload;

import static dev.resnet.data.DatasetRefusedException.Reason.NO_ROOM;
import static dev.resnet.data.DatasetRefusedException.Reason.UNAVAILABLE;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.DatasetRefusedException;
import dev.resnet.files.AtomicFiles;
import dev.resnet.files.FullVolume;
import dev.resnet.files.VolumeFiles;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the body of an upload to the volume, durably. Whatever fails, nothing stays. */
final class Spool {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  static final String FULL =
      "The volume of resnet.home is full, so nothing more can be stored. Free some space, for example"
          + " by deleting data sets, models or jobs, then send it again.";

  /** How often the room is looked at again: other uploads take some meanwhile. */
  private static final long STEP = 16L << 20;

  private final DatasetFolders folders;
  private final Room room;

  Spool(DatasetFolders folders, Room room) {
    this.folders = folders;
    this.room = room;
  }

  /**
   * Writes the archive of an upload.
   *
   * @throws DatasetRefusedException if there is no room
   */
  Path write(String upload, AtomicFiles.Content body) throws IOException {
    Path archive = folders.archive(upload);
    try {
      AtomicFiles.write(archive, out -> body.writeTo(new Checked(out)));
      room.require(0);
      return archive;
    } catch (IOException | RuntimeException | Error e) {
      folders.deleteUpload(upload);
      throw e;
    }
  }

  /**
   * The refusal of a request because of its volume, which is told apart from the failure of a
   * client's connection.
   */
  static Optional<DatasetRefusedException> refusal(Throwable failure) {
    if (FullVolume.isCauseOf(failure)) {
      return Optional.of(new DatasetRefusedException(NO_ROOM, FULL));
    }
    if (failure instanceof DamagedDatasetException) {
      return Optional.empty(); // of a file that is missing, which will not pass
    }
    return VolumeFiles.failureIn(failure)
        .map(
            e -> {
              LOG.error(
                  "A file of a data set could not be read or written: {}", failure.toString());
              return new DatasetRefusedException(
                  UNAVAILABLE,
                  "The volume of the data sets can't be read or written at present (%s); an operator has to look at it. Nothing has changed."
                      .formatted(e.getClass().getSimpleName()));
            });
  }

  /** Looks at the room again now and then. */
  private final class Checked extends FilterOutputStream {
    private long untilCheck = STEP;

    Checked(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
      count(1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      count(length);
    }

    private void count(int bytes) {
      untilCheck -= bytes;
      if (untilCheck <= 0) {
        untilCheck = STEP;
        room.require(0);
      }
    }
  }
}
