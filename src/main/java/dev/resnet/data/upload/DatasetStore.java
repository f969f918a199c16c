package dev.resnet.data.upload;

import dev.resnet.data.DatasetUse;
import java.nio.file.Path;
import java.time.Clock;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Storage of uploaded data sets: rows in the database, files in the data directory. */
record DatasetStore(
    DatasetRows rows,
    TransactionOperations transaction,
    DatasetFolders folders,
    Room room,
    Removal removal) {

  static DatasetStore of(
      JdbcClient jdbc,
      TransactionOperations transaction,
      Path home,
      DatasetUse use,
      UploadProperties settings,
      Clock clock) {
    var rows = new DatasetRows(jdbc, clock);
    var folders = new DatasetFolders(home);
    return new DatasetStore(
        rows,
        transaction,
        folders,
        new Room(settings.maxTotalSize(), rows, folders),
        new Removal(rows, transaction, folders, use, clock));
  }
}
