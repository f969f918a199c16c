package dev.resnet.jobs;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/** Storage of jobs: rows in the database, files in the data directory. */
record JobStore(
    TrainingJobRepository jobs,
    EpochRepository epochs,
    TransactionOperations transaction,
    JobFolders folders) {
  private static final Logger LOG = LoggerFactory.getLogger(JobStore.class);

  JobEvents events() {
    return jobs.events();
  }

  /**
   * Adds a sentence to a job's log, in the caller's transaction or in one of its own. Nothing
   * happens if there is no such job, or if it has ended: the status stays its last event.
   */
  void log(String job, String message) {
    transaction.executeWithoutResult(
        status -> {
          if (jobs.locked(job).filter(row -> !row.status().ended()).isPresent()) {
            events().log(job, message);
          }
        });
  }

  /** Writes why queued jobs wait. */
  void hold(Intake.Hold hold) {
    transaction.executeWithoutResult(status -> jobs.hold(hold));
  }

  /** The same as {@link #log}, but the work goes on if the database is unreachable. */
  void tryToLog(String job, String message) {
    try {
      log(job, message);
    } catch (DataAccessException | TransactionException e) {
      LOG.debug("Job {} has no line in its log: {}", job, message, e);
    }
  }

  /** Writes a transition in a transaction of its own; see {@link TrainingJobRepository#move}. */
  boolean move(TrainingJob from, TrainingJob to) {
    return move(from, to, null);
  }

  /**
   * Writes a transition and, before it, a sentence in the log.
   *
   * @param message null for none
   */
  boolean move(TrainingJob from, TrainingJob to, @Nullable String message) {
    return transaction.execute(
        status -> {
          if (message != null) {
            // The status that ends a job is its last event, so the sentence comes first.
            if (jobs.locked(from.id()).filter(row -> unchanged(from, row)).isEmpty()) {
              return false;
            }
            log(from.id(), message);
          }
          return jobs.move(from, to);
        });
  }

  private static boolean unchanged(TrainingJob from, TrainingJob row) {
    return row.attempt() == from.attempt()
        && row.status() == from.status()
        && row.requested() == from.requested();
  }
}
