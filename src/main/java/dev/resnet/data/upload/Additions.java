package dev.resnet.data.upload;

import static dev.resnet.data.DatasetRefusedException.Reason.CONFLICT;
import static dev.resnet.data.DatasetRefusedException.Reason.UNKNOWN;

import dev.resnet.data.DatasetRefusedException;
import dev.resnet.data.folder.AddedPicture;
import dev.resnet.data.folder.RefusedArchiveException;
import dev.resnet.data.folder.Split;
import dev.resnet.data.upload.DatasetRows.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/** Adds single pictures to a data set: each call makes one new version. */
public final class Additions {
  /** Names of classes in a message. */
  private static final int MOST_NAMED = 20;

  /** Only another process can be faster, and not many times in a row. */
  private static final int TRIES = 5;

  private final Uploads uploads;
  private final DatasetRows rows;
  private final DatasetFolders folders;
  private final Room room;
  private final Publication publication;
  private final PictureFolders pictures;

  /** Concurrent calls would each copy the data set, and all but one in vain. */
  private final ReentrantLock adding = new ReentrantLock();

  Additions(Uploads uploads, DatasetStore store, Publication publication, PictureFolders pictures) {
    this.uploads = uploads;
    this.rows = store.rows();
    this.folders = store.folders();
    this.room = store.room();
    this.publication = publication;
    this.pictures = pictures;
  }

  /**
   * A picture to add.
   *
   * @param name for messages
   * @param file as it was sent
   */
  public record Sent(String name, byte[] file) {}

  /**
   * Adds pictures at the end of a split.
   *
   * @throws DatasetRefusedException if there is no such data set or class, an archive is being
   *     converted, or there is no room
   * @throws RefusedArchiveException if a picture can't be read; nothing is added then
   */
  public void add(String name, Split split, String className, List<Sent> sent) throws IOException {
    uploads.requireOwn(name);
    adding.lock();
    try {
      for (int i = 0; i < TRIES; i++) {
        if (tryAdd(name, split, className, sent)) {
          return;
        }
      }
    } catch (IOException | UncheckedIOException e) {
      Optional<DatasetRefusedException> refusal = Spool.refusal(e);
      if (refusal.isPresent()) {
        throw refusal.get();
      }
      throw e;
    } finally {
      adding.unlock();
    }
    throw new DatasetRefusedException(
        CONFLICT, "The data set %s changes all the time: send the pictures again.".formatted(name));
  }

  private boolean tryAdd(String name, Split split, String className, List<Sent> sent)
      throws IOException {
    Row row = rows.find(name, null).orElseThrow(() -> Removal.unknown(name));
    uploads.requireNoConversion(name, row.upload());
    StoredVersion current = row.version();
    if (current == null) {
      throw new DatasetRefusedException(
          CONFLICT, "The data set %s has no version yet: upload an archive first.".formatted(name));
    }
    int label = label(name, Description.read(current.description()).classes(), className);
    List<AddedPicture> added = new ArrayList<>();
    sent.forEach(
        picture -> added.add(new AddedPicture(split, label, picture.name(), picture.file())));
    String id = DatasetFolders.newId();
    Path folder = folders.conversion(id);
    try {
      Description description =
          pictures.extend(folders.version(name, current.sha256()), added, folder);
      room.requireResult(folder);
      return publication.publish(name, folder, description, () -> isStill(name, current.sha256()));
    } finally {
      folders.deleteUpload(id);
    }
  }

  private boolean isStill(String name, String version) {
    Optional<Row> row = rows.find(name, null);
    row.ifPresent(found -> uploads.requireNoConversion(name, found.upload()));
    return row.map(Row::version).filter(found -> found.sha256().equals(version)).isPresent();
  }

  private static int label(String name, List<String> classes, String className) {
    int label = classes.indexOf(className);
    if (label < 0) {
      throw new DatasetRefusedException(
          UNKNOWN,
          "The data set %s has no class '%s'; it has %s%s."
              .formatted(
                  name,
                  className,
                  classes.stream().limit(MOST_NAMED).collect(Collectors.joining(", ")),
                  classes.size() > MOST_NAMED
                      ? " and %d more".formatted(classes.size() - MOST_NAMED)
                      : ""));
    }
    return label;
  }
}
