package dev.resnet.jobs;

import org.springframework.transaction.support.TransactionOperations;

/** Storage of jobs: rows in the database, files in the data directory. */
record JobStore(
    TrainingJobRepository jobs,
    EpochRepository epochs,
    TransactionOperations transaction,
    JobFolders folders) {}
