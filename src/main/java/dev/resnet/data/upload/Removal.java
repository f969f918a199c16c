package dev.resnet.data.upload;

import static dev.resnet.data.DatasetRefusedException.Reason.CONFLICT;
import static dev.resnet.data.DatasetRefusedException.Reason.UNKNOWN;

import dev.resnet.data.DatasetRefusedException;
import dev.resnet.data.DatasetUse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Deletes data sets, old versions, and files that belong to nothing. Rows go first, files after; a
 * crash in between leaves files without a row, which {@link #sweep} finds.
 */
final class Removal {
  private static final Logger LOG = LoggerFactory.getLogger(Removal.class);

  /** Files without a row that have not changed for so long belong to no running upload. */
  private static final Duration ORPHAN_AGE = Duration.ofHours(1);

  private final DatasetRows rows;
  private final TransactionOperations transaction;
  private final DatasetFolders folders;
  private final DatasetUse use;
  private final Clock clock;

  Removal(
      DatasetRows rows,
      TransactionOperations transaction,
      DatasetFolders folders,
      DatasetUse use,
      Clock clock) {
    this.rows = rows;
    this.transaction = transaction;
    this.folders = folders;
    this.use = use;
    this.clock = clock;
  }

  /**
   * Deletes a data set with all versions and its upload.
   *
   * @throws DatasetRefusedException if there is none, or a job needs it
   */
  void delete(String name) {
    List<String> versions = new ArrayList<>();
    Optional<String> upload =
        transaction.execute(
            status -> {
              rows.lock();
              DatasetRows.Row row = rows.find(name, null).orElseThrow(() -> unknown(name));
              requireUnused(name);
              rows.versions(name).forEach(version -> versions.add(version.sha256()));
              rows.delete(name);
              return Optional.ofNullable(row.upload()).map(Upload::id);
            });
    LOG.info("Data set {} has been deleted", name);
    upload.ifPresent(folders::deleteUpload);
    versions.forEach(version -> deleteFiles(name, version));
  }

  static DatasetRefusedException unknown(String name) {
    return new DatasetRefusedException(
        UNKNOWN,
        "There is no data set '%s': GET /api/v1/datasets lists those there are.".formatted(name));
  }

  private void requireUnused(String name) {
    List<DatasetUse.User> users = use.of(name);
    if (!users.isEmpty()) {
      throw new DatasetRefusedException(
          CONFLICT,
          "The data set %s is needed by %s%s. Cancel it or wait until it ends, then delete the data set."
              .formatted(
                  name,
                  users.get(0).name(),
                  users.size() == 1 ? "" : " and %d more".formatted(users.size() - 1)));
    }
  }

  /**
   * Deletes the rows of old versions that nobody needs. Call this under the lock.
   *
   * @param keep versions that stay, the current one counted
   * @return the versions whose files can be deleted after the transaction
   */
  List<String> deleteOld(String name, int keep) {
    Set<String> needed =
        use.of(name).stream().map(DatasetUse.User::version).collect(Collectors.toSet());
    List<String> old =
        rows.versions(name).stream()
            .skip(keep)
            .map(StoredVersion::sha256)
            .filter(version -> !needed.contains(version))
            .toList();
    old.forEach(version -> rows.deleteVersion(name, version));
    return old;
  }

  /**
   * The versions that are not current any more since before that time, and that no job needs. The
   * rows don't say when a version stopped being current; that is when the next one became it.
   */
  List<StoredVersion> unusedSince(Instant before) {
    List<StoredVersion> unused = new ArrayList<>();
    for (DatasetRows.Row dataset : rows.list()) {
      unused.addAll(unusedSince(dataset.name(), before));
    }
    return unused;
  }

  private List<StoredVersion> unusedSince(String name, Instant before) {
    Set<String> needed =
        use.of(name).stream().map(DatasetUse.User::version).collect(Collectors.toSet());
    return rows.replaced(name, before).stream()
        .filter(version -> !needed.contains(version.sha256()))
        .toList();
  }

  /**
   * Deletes one of {@link #unusedSince}.
   *
   * @return false if a job needs it by now, or it is current again
   */
  boolean deleteUnused(String name, String sha256, Instant before) {
    boolean deleted =
        transaction.execute(
            status -> {
              rows.lock();
              boolean unused =
                  unusedSince(name, before).stream()
                      .anyMatch(version -> version.sha256().equals(sha256));
              if (unused) {
                rows.deleteVersion(name, sha256);
              }
              return unused;
            });
    if (deleted) {
      deleteFiles(name, sha256);
    }
    return deleted;
  }

  /** Deletes the files of a version, unless it has a row again. */
  void deleteFiles(String name, String sha256) {
    Path aside;
    try {
      aside = movedAside(name, sha256);
    } catch (UncheckedIOException e) {
      LOG.warn("Version {} of data set {} could not be moved away: {}", sha256, name, e.toString());
      return; // An orphan, which {@link #sweep} finds.
    }
    if (aside != null) {
      folders.delete(aside);
    }
  }

  private @Nullable Path movedAside(String name, String sha256) {
    return transaction.execute(
        status -> {
          rows.lock();
          return rows.hasVersion(name, sha256) ? null : aside(name, sha256);
        });
  }

  private Path aside(String name, String sha256) {
    try {
      return folders.aside(name, sha256);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes files that belong to no row and that nothing has written to for an hour. */
  void sweep() throws IOException {
    sweep(clock.instant().minus(ORPHAN_AGE));
  }

  /**
   * Deletes files that belong to no row.
   *
   * @param then only those that nothing has written to since
   */
  void sweep(Instant then) throws IOException {
    for (DatasetFolders.Found found : folders.olderThan(then)) {
      if (found instanceof DatasetFolders.Found.Version version) {
        if (!rows.hasVersion(version.name(), version.sha256())) {
          LOG.info(
              "Deleting version {} of data set {}: it has no row",
              version.sha256(),
              version.name());
          deleteFiles(version.name(), version.sha256());
        }
      } else if (found instanceof DatasetFolders.Found.Upload upload) {
        if (rows.upload(upload.id()).filter(Upload::isConverting).isEmpty()) {
          LOG.info("Deleting the upload {}: it has no row", upload.id());
          folders.deleteUpload(upload.id());
        }
      }
    }
  }
}
