package dev.resnet.data.upload;

import static dev.resnet.data.DatasetRefusedException.Reason.NO_ROOM;
import static dev.resnet.data.DatasetRefusedException.Reason.UNAVAILABLE;

import dev.resnet.data.DatasetRefusedException;
import dev.resnet.files.AtomicFiles;
import dev.resnet.files.FullVolume;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the body of an upload to the volume, durably. Whatever fails, nothing stays. */
final class Spool {
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
    requireWritable(archive);
    try {
      AtomicFiles.write(archive, out -> body.writeTo(new Checked(out)));
      room.require(0);
      return archive;
    } catch (IOException e) {
      folders.deleteUpload(upload);
      if (FullVolume.isCauseOf(e)) {
        throw new DatasetRefusedException(NO_ROOM, FULL);
      }
      throw e;
    } catch (RuntimeException | Error e) {
      folders.deleteUpload(upload);
      throw e;
    }
  }

  /** So that the failure of a volume is told apart from that of a client's connection. */
  private static void requireWritable(Path archive) {
    try {
      Files.createDirectories(archive.getParent());
    } catch (IOException e) {
      throw new DatasetRefusedException(
          FullVolume.isCauseOf(e) ? NO_ROOM : UNAVAILABLE,
          FullVolume.isCauseOf(e)
              ? FULL
              : "The volume of the data sets can't be written; an operator has to look at it.");
    }
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
