package dev.resnet.jobs;

import org.springframework.transaction.support.TransactionOperations;

/** Storage of jobs: rows in the database, files in the data directory. */
record JobStore(
    TrainingJobRepository jobs,
    EpochRepository epochs,
    TransactionOperations transaction,
    JobFolders folders) {

  JobEvents events() {
    return jobs.events();
  }

  /**
   * Adds a sentence to a job's log, in the caller's transaction or in one of its own. Nothing
   * happens if there is no such job.
   */
  void log(String job, String message) {
    transaction.executeWithoutResult(
        status -> {
          if (jobs.lock(job)) {
            events().log(job, message);
          }
        });
  }

  /** Writes a transition in a transaction of its own; see {@link TrainingJobRepository#move}. */
  boolean move(TrainingJob from, TrainingJob to) {
    return transaction.execute(status -> jobs.move(from, to));
  }
}
