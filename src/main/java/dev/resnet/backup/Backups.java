package dev.resnet.backup;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Makes backups while the service runs.
 *
 * <p>All rows are read in one transaction, so they are of one moment. The files that they name are
 * linked as they are read. If one of them has been deleted since, the rows are of the past, and all
 * is done again; what is linked already need not be linked again, so this ends.
 */
public final class Backups {
  private static final Logger LOG = LoggerFactory.getLogger(Backups.class);

  /** The rows and files of a running service agree at the first or second try. */
  private static final int TRIES = 20;

  /** A deletion that is under way takes this long. */
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

  private final Dump dump;
  private final Path home;
  private final SnapshotFolders folders;
  private final String version;
  private final Clock clock;
  private final AtomicBoolean busy = new AtomicBoolean();

  /**
   * @param version of the service
   */
  Backups(DataSource database, Path home, String version, Clock clock) {
    this.dump = new Dump(database);
    this.home = home;
    this.folders = new SnapshotFolders(home);
    this.version = version;
    this.clock = clock;
  }

  /** Deletes what processes that ended during a backup have left. */
  public void deleteLeftovers() {
    folders.deleteLeftovers();
  }

  /**
   * Collects what belongs into an archive; nothing is sent yet.
   *
   * @param incomplete whether to go on without files that rows name and that do not exist, and with
   *     those that have changed
   * @throws BackupInProgressException if this process is making one
   * @throws IncompleteBackupException if a file is missing for good
   */
  public Backup prepare(boolean incomplete) throws IOException {
    if (!busy.compareAndSet(false, true)) {
      throw new BackupInProgressException();
    }
    try {
      folders.deleteLeftovers();
      SnapshotFolders.Folder folder = folders.create();
      try {
        return collected(folder, incomplete);
      } catch (IOException | RuntimeException e) {
        folder.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      busy.set(false);
      throw e;
    }
  }

  private Backup collected(SnapshotFolders.Folder folder, boolean incomplete) throws IOException {
    var links = new FileLinks(home, folder.path().resolve("files"));
    Path rows = folder.path().resolve("rows");
    List<String> problems = new ArrayList<>();
    for (int n = 1; ; n++) {
      links.begin();
      problems.clear();
      Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
      Dump.Result result;
      try {
        result = dump.write(rows, file -> links.add(file).ifPresent(problems::add));
      } catch (SQLException e) {
        throw new DataAccessResourceFailureException("The rows can't be read for a backup", e);
      }
      if (problems.isEmpty() || n == TRIES && incomplete) {
        problems.forEach(problem -> LOG.warn("The backup is incomplete: {}", problem));
        var manifest =
            new Manifest(
                Manifest.FORMAT,
                UUID.randomUUID().toString(),
                now.toString(),
                version,
                result.schema(),
                result.tables());
        return new Backup(
            manifest,
            rows,
            links,
            incomplete,
            () -> {
              folder.close();
              busy.set(false);
            });
      }
      if (n == TRIES) {
        throw new IncompleteBackupException(problems);
      }
      LOG.debug("The rows are read again for the backup, since {}", problems);
      LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
    }
  }
}
