package dev.resnet.data.upload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/** Makes a finished folder the current version of its data set, in one transaction. */
final class Publication {
  private static final Logger LOG = LoggerFactory.getLogger(Publication.class);

  private final DatasetRows rows;
  private final TransactionOperations transaction;
  private final DatasetFolders folders;
  private final Removal removal;
  private final int keepVersions;

  Publication(DatasetStore store, int keepVersions) {
    this.rows = store.rows();
    this.transaction = store.transaction();
    this.folders = store.folders();
    this.removal = store.removal();
    this.keepVersions = keepVersions;
  }

  /**
   * Moves the folder to its place and writes its row; a version with this content stays as it is.
   * Then deletes versions that nobody needs any more.
   *
   * @param condition checked first, under the lock
   * @return false, without any change, if the condition does not hold
   */
  boolean publish(String name, Path folder, Description description, BooleanSupplier condition) {
    long size = DatasetFolders.size(folder);
    String sha256 = description.sha256();
    Optional<List<String>> old =
        transaction.execute(
            status -> {
              rows.lock();
              if (!condition.getAsBoolean()) {
                return Optional.<List<String>>empty();
              }
              if (!rows.hasVersion(name, sha256)) {
                move(folder, name, sha256);
                rows.insertVersion(name, sha256, size, description.json());
              }
              rows.makeCurrent(name, sha256);
              return Optional.of(new ArrayList<>(removal.deleteOld(name, keepVersions)));
            });
    if (old == null || old.isEmpty()) {
      return false;
    }
    LOG.info(
        "Data set {} is ready: {} training and {} test pictures of {} classes",
        name,
        description.train(),
        description.test(),
        description.classes().size());
    old.get().forEach(version -> removal.deleteFiles(name, version));
    return true;
  }

  private void move(Path folder, String name, String sha256) {
    try {
      folders.publish(folder, name, sha256);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
