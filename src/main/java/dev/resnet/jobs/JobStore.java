package dev.resnet.jobs;

import org.springframework.transaction.support.TransactionOperations;

/** Where jobs are kept: rows in the database, files in the volume. */
record JobStore(
    TrainingJobRepository jobs,
    EpochRepository epochs,
    TransactionOperations transaction,
    JobFolders folders) {}
