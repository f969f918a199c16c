package dev.resnet.backup;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Fills an unused database with the rows of an archive. */
final class RestoreRows {
  private static final int BATCH = 500;
  private static final JsonMapper JSON = JsonMapper.shared();

  /** db-scheduler's: who has taken an entry. That process is not here. */
  private static final String PICKED = "picked";

  private static final String MIGRATIONS = "classpath:db/migration";

  static final String OTHER_DATABASE =
      "Make a new, empty database and name it with --spring.datasource.url.";

  private final DataSource database;

  RestoreRows(DataSource database) {
    this.database = database;
  }

  /**
   * @throws RestoreRefusedException if this version of the service is older than the archive's
   */
  static void requireKnown(Manifest manifest) throws IOException {
    MigrationVersion newest = newest();
    if (MigrationVersion.fromVersion(manifest.schema()).compareTo(newest) > 0) {
      throw new RestoreRefusedException(
          "The archive was written by resnet-service %s, whose tables are of version %s; this version knows those up to %s."
              .formatted(manifest.version(), manifest.schema(), newest),
          "Restore it with resnet-service %s or newer.".formatted(manifest.version()));
    }
  }

  /** Without a database: asking one would make its files. */
  private static MigrationVersion newest() throws IOException {
    return Stream.of(
            new PathMatchingResourcePatternResolver()
                .getResources("classpath*:db/migration/V*__*.sql"))
        .map(file -> file.getFilename().substring(1).split("__")[0])
        .map(MigrationVersion::fromVersion)
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** Whether no table has rows, or there is no table. */
  boolean isEmpty() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (Table table : Table.all(connection)) {
        if (!Table.OF_MIGRATIONS.contains(table.name())) {
          try (ResultSet row =
              statement.executeQuery("select 1 from \"%s\" limit 1".formatted(table.name()))) {
            if (row.next()) {
              return false;
            }
          }
        }
      }
      return true;
    }
  }

  /** Makes the tables of the archive's version, then adds all rows in one transaction. */
  void fill(Manifest manifest, RestoreHome home) throws IOException, SQLException {
    migrate(manifest.schema());
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        fill(connection, manifest, home);
        connection.commit();
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    }
  }

  private void migrate(String version) {
    Flyway flyway = flyway(version);
    try {
      flyway.migrate();
    } catch (FlywayException e) {
      throw new RestoreRefusedException(
          "The tables can't be made in this database: " + e.getMessage(), OTHER_DATABASE);
    }
    MigrationInfo current = flyway.info().current();
    if (current == null || !current.getVersion().getVersion().equals(version)) {
      throw new RestoreRefusedException(
          "The database has tables of version %s, the archive is of version %s."
              .formatted(current == null ? "(none)" : current.getVersion(), version),
          OTHER_DATABASE);
    }
  }

  private Flyway flyway(@Nullable String target) {
    var configuration = Flyway.configure().dataSource(database).locations(MIGRATIONS);
    return (target == null ? configuration : configuration.target(target)).load();
  }

  private static void fill(Connection connection, Manifest manifest, RestoreHome home)
      throws IOException, SQLException {
    Map<String, Manifest.Rows> rows = new HashMap<>();
    manifest.tables().forEach(table -> rows.put(table.table(), table));
    List<Table> tables = Table.all(connection);
    for (Table table : tables) {
      Manifest.Rows archived = rows.remove(table.name());
      if (archived == null || !columns(table).equals(List.copyOf(archived.columns()))) {
        throw Restore.unusable("its table %s has other columns".formatted(table.name()));
      }
      if (Table.OF_MIGRATIONS.contains(table.name())) {
        try (Statement statement = connection.createStatement()) {
          statement.executeUpdate("delete from \"%s\"".formatted(table.name()));
        }
      }
      fill(connection, table, archived, home);
    }
    if (!rows.isEmpty()) {
      throw Restore.unusable("it has the unknown tables " + rows.keySet());
    }
    for (Table table : tables) {
      if (table.has(PICKED) && table.has("picked_by") && table.has("last_heartbeat")) {
        try (Statement statement = connection.createStatement()) {
          statement.executeUpdate(
              """
              update "%s" set picked = false, picked_by = null, last_heartbeat = null where picked
              """
                  .formatted(table.name()));
        }
      }
    }
  }

  private static List<String> columns(Table table) {
    return table.columns().stream().map(Table.Column::name).toList();
  }

  private static void fill(
      Connection connection, Table table, Manifest.Rows archived, RestoreHome home)
      throws IOException, SQLException {
    long count = 0;
    try (PreparedStatement insert = connection.prepareStatement(table.insert());
        BufferedReader lines = Files.newBufferedReader(home.rows(archived))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode values = JSON.readTree(line);
        for (int n = 0; n < table.columns().size(); n++) {
          JsonNode value = values.get(n);
          Kind kind = table.columns().get(n).kind();
          if (value.isNull()) {
            kind.setNull(insert, n + 1);
          } else {
            kind.set(insert, n + 1, value);
          }
        }
        insert.addBatch();
        count++;
        if (count % BATCH == 0) {
          insert.executeBatch();
        }
      }
      insert.executeBatch();
    }
    if (count != archived.count()) {
      throw Restore.unusable(
          "it has %d rows of %s instead of %d".formatted(count, table.name(), archived.count()));
    }
  }

  /**
   * What follows the rows; can be repeated. H2 would end the transaction at a change of a table.
   */
  void finish() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (Table table : Table.all(connection)) {
        for (Table.Column column : table.columns()) {
          if (column.identity()) {
            long next;
            try (ResultSet row =
                statement.executeQuery(
                    "select coalesce(max(\"%s\"), 0) + 1 from \"%s\""
                        .formatted(column.name(), table.name()))) {
              row.next();
              next = row.getLong(1);
            }
            statement.execute(
                "alter table \"%s\" alter column \"%s\" restart with %d"
                    .formatted(table.name(), column.name(), next));
          }
        }
      }
    }
    flyway(null).migrate();
  }
}
