package dev.resnet.backup;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes all rows, as they are at one moment, to files of JSON lines. */
final class Dump {
  /** Rows that PostgreSQL sends at once; its driver would keep a whole table in memory. */
  private static final int FETCHED = 500;

  private static final JsonMapper JSON = JsonMapper.shared();

  private final DataSource database;

  Dump(DataSource database) {
    this.database = database;
  }

  /** Called for each file that a row names, right after the row is read. */
  @FunctionalInterface
  interface Named {
    void named(NamedFile file) throws IOException;
  }

  /**
   * @param schema version of the tables
   */
  record Result(String schema, List<Manifest.Rows> tables) {}

  /** Replaces the content of the folder's files by the present rows. */
  Result write(Path folder, Named files) throws IOException, SQLException {
    try (Connection connection = database.getConnection()) {
      boolean autoCommit = connection.getAutoCommit();
      connection.setAutoCommit(false);
      connection.setReadOnly(true);
      connection.setTransactionIsolation(oneMoment(connection));
      try {
        waitForFiles(connection);
        return write(connection, folder, files);
      } finally {
        connection.rollback();
        connection.setAutoCommit(autoCommit);
        connection.setReadOnly(false);
      }
    }
  }

  /**
   * The level at which all tables show the same moment. H2's repeatable read looks at each table
   * when it is first read; its serializable looks at all of them at the first statement.
   */
  private static int oneMoment(Connection connection) throws SQLException {
    return isH2(connection)
        ? Connection.TRANSACTION_SERIALIZABLE
        : Connection.TRANSACTION_REPEATABLE_READ;
  }

  /** While a large file is copied, the transaction is idle for longer than others may be. */
  private static void waitForFiles(Connection connection) throws SQLException {
    if (!isH2(connection)) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("set local idle_in_transaction_session_timeout = 0");
      }
    }
  }

  private static boolean isH2(Connection connection) throws SQLException {
    return connection.getMetaData().getDatabaseProductName().equals("H2");
  }

  private static Result write(Connection connection, Path folder, Named files)
      throws IOException, SQLException {
    String schema = schema(connection);
    // Files first: the less time has passed, the fewer of them have been deleted since.
    List<Table> tables = new ArrayList<>(Table.all(connection));
    tables.sort(Comparator.comparing(table -> !NamedFile.TABLES.contains(table.name())));
    List<Manifest.Rows> written = new ArrayList<>();
    Files.createDirectories(folder);
    for (Table table : tables) {
      List<String> columns = table.columns().stream().map(Table.Column::name).toList();
      Path file = folder.resolve(table.name());
      try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
        written.add(new Manifest.Rows(table.name(), columns, write(connection, table, out, files)));
      }
    }
    return new Result(schema, written);
  }

  private static String schema(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                select "version" from "%s" where "success" = true and "version" is not null
                order by "installed_rank" desc limit 1
                """
                    .formatted(Table.HISTORY))) {
      if (!row.next()) {
        throw new IllegalStateException("The database has no migration");
      }
      return row.getString(1);
    }
  }

  private static long write(Connection connection, Table table, OutputStream out, Named files)
      throws IOException, SQLException {
    long count = 0;
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(FETCHED);
      try (ResultSet rows = statement.executeQuery(table.select())) {
        while (rows.next()) {
          Map<String, @Nullable Object> row = new LinkedHashMap<>();
          for (int n = 0; n < table.columns().size(); n++) {
            Table.Column column = table.columns().get(n);
            row.put(column.name(), column.kind().read(rows, n + 1));
          }
          out.write(JSON.writeValueAsBytes(row.values()));
          out.write('\n');
          for (NamedFile file : NamedFile.of(table.name(), row)) {
            files.named(file);
          }
          count++;
        }
      }
    }
    return count;
  }
}
