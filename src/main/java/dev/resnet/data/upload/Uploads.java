package dev.resnet.data.upload;

import static dev.resnet.data.DatasetRefusedException.Reason.CONFLICT;

import dev.resnet.data.DatasetRefusedException;
import dev.resnet.data.folder.RefusedArchiveException;
import dev.resnet.data.folder.UploadOptions;
import dev.resnet.files.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Takes archives in. An archive is on the disk and has a row before this answers, so the answer is
 * a promise: its conversion survives crashes.
 */
public final class Uploads {
  private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

  private final Set<String> reserved;
  private final DatasetRows rows;
  private final TransactionOperations transaction;
  private final DatasetFolders folders;
  private final Room room;
  private final Spool spool;
  private final PictureFolders pictures;
  private final ConversionQueue queue;

  /**
   * @param reserved names of built-in data sets
   */
  Uploads(
      Collection<String> reserved,
      DatasetStore store,
      PictureFolders pictures,
      ConversionQueue queue) {
    this.reserved = Set.copyOf(reserved);
    this.rows = store.rows();
    this.transaction = store.transaction();
    this.folders = store.folders();
    this.room = store.room();
    this.spool = new Spool(folders, room);
    this.pictures = pictures;
    this.queue = queue;
  }

  /**
   * Refuses what can be refused before the first byte is read.
   *
   * @param length of the body in bytes; negative if it is not known
   * @throws DatasetRefusedException if the name is reserved, an archive of that name is being
   *     converted, or there is no room
   */
  public void admit(String name, long length) {
    requireOwn(name);
    rows.find(name, null).ifPresent(row -> requireNoConversion(name, row.upload()));
    try {
      room.require(Math.max(0, length));
    } catch (UncheckedIOException e) {
      throw Spool.refusal(e).orElseThrow(() -> e);
    }
  }

  boolean isBuiltIn(String name) {
    return reserved.contains(name);
  }

  /** Refuses the names of built-in data sets. */
  void requireOwn(String name) {
    if (isBuiltIn(name)) {
      throw new DatasetRefusedException(
          CONFLICT,
          "The data set %s is built in: it can be neither changed nor deleted. Choose another name."
              .formatted(name));
    }
  }

  /** Refuses a change of a data set while an archive of it is being converted. */
  void requireNoConversion(String name, @Nullable Upload upload) {
    if (upload != null && upload.isConverting()) {
      throw new DatasetRefusedException(
          CONFLICT,
          "An archive of data set %s is being converted (%d %%). Wait until upload.status is no longer CONVERTING, then send this again."
              .formatted(name, (int) (100 * upload.progress())));
    }
  }

  /**
   * Stores an archive and queues its conversion. The data set is the row's afterwards.
   *
   * @param body the archive; what it throws is passed on, and nothing stays
   * @throws RefusedArchiveException if the archive can't become a data set
   */
  public void receive(String name, UploadOptions options, AtomicFiles.Content body)
      throws IOException {
    String id = DatasetFolders.newId();
    try {
      store(id, body);
    } catch (IOException | UncheckedIOException e) {
      Optional<DatasetRefusedException> refusal = Spool.refusal(e);
      if (refusal.isPresent()) {
        throw refusal.get();
      }
      throw e;
    }
    try {
      transaction.executeWithoutResult(status -> store(name, id, options));
    } catch (DatasetRefusedException e) {
      folders.deleteUpload(id);
      throw e;
    }
    // After any other failure the row may exist, so the archive stays; without a row it is an
    // orphan.
    queue.wake();
    LOG.info("The archive of data set {} has been received and is being converted", name);
  }

  private void store(String id, AtomicFiles.Content body) throws IOException {
    Path archive = spool.write(id, body);
    try {
      pictures.check(archive);
    } catch (IOException | RuntimeException | Error e) {
      folders.deleteUpload(id);
      throw e;
    }
  }

  private void store(String name, String id, UploadOptions options) {
    rows.lock();
    rows.find(name, null).ifPresent(row -> requireNoConversion(name, row.upload()));
    rows.add(name);
    rows.upload(name, id, Description.JSON.writeValueAsString(options));
    queue.add(id);
  }
}
