package dev.resnet.jobs;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.transaction.TransactionException;

/**
 * Outlasts a database that is away: work of one attempt is done again until the database takes it,
 * or the process must leave.
 */
final class Outage {
  private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

  /** Something that needs the database. */
  @FunctionalInterface
  interface Work<T, X extends Exception> {
    T run() throws X;
  }

  private final String job;
  private final RunHandle handle;
  private final Duration wait;
  private volatile boolean away;

  Outage(String job, RunHandle handle, Duration wait) {
    this.job = job;
    this.handle = handle;
    this.wait = wait;
  }

  /**
   * @param work that may be done twice: a commit whose answer got lost counts as failed
   * @throws DataAccessException the last one, where the process must leave
   */
  <T, X extends Exception> T outlast(Work<T, X> work) throws X {
    while (true) {
      try {
        T result = work.run();
        if (away) {
          away = false;
          LOG.info("Job {}: the database is back", job);
        }
        return result;
      } catch (DataAccessException | TransactionException e) {
        if (isRefusal(e)) {
          throw e;
        }
        if (!away) { // once, not at every try
          away = true;
          LOG.warn(
              "Job {} can't write to the database and tries again every {}: {}",
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

  /** The database answered, and will give the same answer the next time. */
  private static boolean isRefusal(RuntimeException failure) {
    return failure instanceof NonTransientDataAccessException
        && !(failure instanceof NonTransientDataAccessResourceException);
  }
}
