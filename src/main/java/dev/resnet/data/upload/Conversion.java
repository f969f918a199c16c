package dev.resnet.data.upload;

import dev.resnet.data.DatasetRefusedException;
import dev.resnet.data.folder.RefusedArchiveException;
import dev.resnet.data.folder.UploadOptions;
import dev.resnet.files.FullVolume;
import dev.resnet.files.VolumeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Turns a received archive into the current version of its data set. It may run again at any point:
 * nothing counts before the last transaction, which moves the finished folder to its place and
 * writes its row.
 */
final class Conversion {
  private static final Logger LOG = LoggerFactory.getLogger(Conversion.class);

  /** Between two writes of the progress. */
  private static final Duration INTERVAL = Duration.ofMillis(500);

  /** An error of the volume may pass; a bad sector stays. */
  private static final int MOST_ATTEMPTS = 10;

  /** What happens to the queue entry. */
  enum Next {
    DONE,
    /** The process stops; the next one starts again. */
    AGAIN,
    /** The volume is full, or can't be read or written. */
    LATER
  }

  private final DatasetRows rows;
  private final DatasetFolders folders;
  private final Room room;
  private final Publication publication;
  private final PictureFolders pictures;
  private volatile boolean stopping;

  Conversion(DatasetStore store, Publication publication, PictureFolders pictures) {
    this.rows = store.rows();
    this.folders = store.folders();
    this.room = store.room();
    this.publication = publication;
    this.pictures = pictures;
  }

  /** Ends a running conversion soon. */
  void stop() {
    stopping = true;
  }

  /** Another attempt owns the upload, or it was deleted. */
  private static final class LostException extends RuntimeException {}

  private static final class StoppedException extends RuntimeException {}

  /**
   * Converts an upload.
   *
   * @throws DataAccessException if the database can't be reached; call it again later
   */
  Next run(String id) {
    Optional<Upload> waiting = rows.upload(id).filter(Upload::isConverting);
    if (waiting.isEmpty()) {
      folders.deleteUpload(id); // deleted, or finished by an attempt that could not clean up
      return Next.DONE;
    }
    Optional<Upload> claimed = rows.claim(waiting.get());
    return claimed.map(this::attempt).orElse(Next.DONE);
  }

  private Next attempt(Upload upload) {
    Path archive = folders.archive(upload.id());
    Path folder = folders.conversion(upload.id());
    try {
      folders.deleteConversions(upload.id());
      if (Files.notExists(archive)) { // an archive that can't be read now is not gone
        return failed(upload, "The archive is gone from the volume; send it again.");
      }
      var options = Description.JSON.readValue(upload.options(), UploadOptions.class);
      Description description =
          pictures.convert(archive, options, folder, new Progress(upload, folder));
      publish(upload, folder, description);
      return Next.DONE;
    } catch (LostException e) {
      return lost(upload);
    } catch (StoppedException e) {
      return Next.AGAIN;
    } catch (RefusedArchiveException e) {
      return failed(upload, "The archive %s.".formatted(e.getMessage()));
    } catch (DatasetRefusedException e) {
      return failed(upload, e.getMessage());
    } catch (DataAccessException | TransactionException e) {
      throw e;
    } catch (IOException | RuntimeException | Error e) {
      return ended(upload, e);
    }
  }

  private Next lost(Upload upload) {
    LOG.info("The upload of data set {} was deleted or belongs to another process", upload.name());
    if (rows.upload(upload.id()).isEmpty()) {
      folders.deleteUpload(upload.id());
    }
    return Next.DONE;
  }

  private Next ended(Upload upload, Throwable failure) {
    if (stopping) {
      return Next.AGAIN; // an interrupt ends reading and writing with exceptions of many kinds
    }
    if (rows.upload(upload.id()).isEmpty()) {
      return lost(upload); // its files were deleted while they were read or written
    }
    if (FullVolume.isCauseOf(failure)) {
      rows.delayed(
          upload,
          "The volume of resnet.home is full. The conversion continues once there is room again.");
      return later(upload, failure);
    }
    if (VolumeFiles.errorIn(failure).isPresent() && upload.attempt() < MOST_ATTEMPTS) {
      rows.delayed(
          upload,
          "The volume of resnet.home can't be read or written (%s). The conversion is tried again."
              .formatted(failure.getMessage()));
      return later(upload, failure);
    }
    LOG.error("The archive of data set {} could not be converted", upload.name(), failure);
    if (failure instanceof OutOfMemoryError) {
      return failed(
          upload,
          "There is not enough memory: give Java more heap (-Xmx), then send the archive again.");
    }
    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    return failed(
        upload, "The archive could not be converted: %s. Send it again.".formatted(message));
  }

  /** Deletes what the attempt wrote: it takes room that others need. */
  private Next later(Upload upload, Throwable failure) {
    LOG.warn("The conversion of data set {} is tried again: {}", upload.name(), failure.toString());
    try {
      folders.deleteConversions(upload.id());
    } catch (IOException e) {
      LOG.debug("The next attempt deletes what this one left", e);
    }
    return Next.LATER;
  }

  private Next failed(Upload upload, String error) {
    if (rows.failed(upload, error)) {
      LOG.warn("Data set {}: {}", upload.name(), error);
      folders.deleteUpload(upload.id());
    }
    return Next.DONE;
  }

  private void publish(Upload upload, Path folder, Description description) {
    room.requireResult(folder);
    if (!publication.publish(upload.name(), folder, description, () -> rows.completed(upload))) {
      throw new LostException();
    }
    folders.deleteUpload(upload.id());
  }

  /** Writes the progress now and then, and ends the conversion where it has to end. */
  private final class Progress implements DoubleConsumer {
    private final Upload upload;
    private final Path folder;
    private long written = System.nanoTime();

    Progress(Upload upload, Path folder) {
      this.upload = upload;
      this.folder = folder;
    }

    @Override
    public void accept(double share) {
      if (stopping) {
        throw new StoppedException();
      }
      long now = System.nanoTime();
      if (now - written < INTERVAL.toNanos()) {
        return;
      }
      written = now;
      if (!rows.progressed(upload, share)) {
        throw new LostException();
      }
      room.requireResult(folder);
    }
  }
}
