package dev.resnet.jobs;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.transaction.TransactionException;

/**
 * Retries one attempt's database work until the database is available again or the process has to
 * stop.
 */
final class Outage {
  private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

  /** Work that needs the database. */
  @FunctionalInterface
  interface Work<T, X extends Exception> {
    T run() throws X;
  }

  private final String job;
  private final RunHandle handle;
  private final Duration wait;
  private volatile boolean away;
  private long since;
  private volatile @Nullable Duration ended;

  Outage(String job, RunHandle handle, Duration wait) {
    this.job = job;
    this.handle = handle;
    this.wait = wait;
  }

  /**
   * @param work work that can be repeated: a commit counts as failed if its answer is lost
   * @throws DataAccessException the latest one, if the process has to stop
   */
  <T, X extends Exception> T retry(Work<T, X> work) throws X {
    while (true) {
      try {
        T result = work.run();
        if (away) {
          away = false;
          ended = Duration.ofNanos(System.nanoTime() - since);
          LOG.info("Job {}: the database is available again", job);
        }
        return result;
      } catch (DataAccessException | TransactionException e) {
        if (isRefusal(e)) {
          throw e;
        }
        if (!away) { // once, not at every retry
          away = true;
          since = System.nanoTime();
          JobFault.DATABASE_OUTAGE.count();
          LOG.warn(
              "Job {} can't write to the database; it retries every {}: {}",
              job,
              wait,
              e.toString());
        }
        if (!handle.await(wait)) {
          throw e;
        }
      }
    }
  }

  /** How long the database was unreachable; null unless that has ended since the last call. */
  @Nullable Duration ended() {
    Duration last = ended;
    ended = null;
    return last;
  }

  /** The database answered, so a retry would get the same answer. */
  private static boolean isRefusal(RuntimeException failure) {
    return failure instanceof NonTransientDataAccessException
        && !(failure instanceof NonTransientDataAccessResourceException);
  }
}
