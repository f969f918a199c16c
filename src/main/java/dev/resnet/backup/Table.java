package dev.resnet.backup;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A table as the database describes it, so that a backup forgets none.
 *
 * @param needs the tables that its rows refer to
 */
record Table(String name, List<Column> columns, Set<String> needs) {
  /** Flyway's: the restore makes it again. */
  static final String HISTORY = "flyway_schema_history";

  /** Tables of one row, which the migrations write. They have rows in an unused database too. */
  static final Set<String> OF_MIGRATIONS = Set.of("job_admission", "dataset_lock", "housekeeping");

  /**
   * @param identity whether the database counts the values itself
   */
  record Column(String name, Kind kind, boolean identity) {}

  /** All tables but Flyway's, each after those that its rows refer to. */
  static List<Table> all(Connection connection) throws SQLException {
    DatabaseMetaData data = connection.getMetaData();
    String schema = connection.getSchema();
    var left = new TreeMap<String, Table>();
    try (ResultSet found =
        data.getTables(null, schema, "%", new String[] {"TABLE", "BASE TABLE"})) {
      while (found.next()) {
        String name = found.getString("TABLE_NAME");
        if (!name.equals(HISTORY)) {
          left.put(name, new Table(name, columns(data, schema, name), needs(data, schema, name)));
        }
      }
    }
    List<Table> ordered = new ArrayList<>();
    while (!left.isEmpty()) {
      Table next =
          left.values().stream()
              .filter(table -> table.needs().stream().noneMatch(left::containsKey))
              .findFirst()
              .orElseThrow(
                  () -> new IllegalStateException("Tables refer to each other: " + left.keySet()));
      ordered.add(left.remove(next.name()));
    }
    return ordered;
  }

  private static List<Column> columns(DatabaseMetaData data, String schema, String table)
      throws SQLException {
    List<Column> columns = new ArrayList<>();
    try (ResultSet found = data.getColumns(null, schema, table, "%")) { // by position
      while (found.next()) {
        columns.add(
            new Column(
                found.getString("COLUMN_NAME"),
                Kind.of(found.getInt("DATA_TYPE"), found.getString("TYPE_NAME")),
                "YES".equals(found.getString("IS_AUTOINCREMENT"))));
      }
    }
    return columns;
  }

  private static Set<String> needs(DatabaseMetaData data, String schema, String table)
      throws SQLException {
    Set<String> needs = new TreeSet<>();
    try (ResultSet keys = data.getImportedKeys(null, schema, table)) {
      while (keys.next()) {
        needs.add(keys.getString("PKTABLE_NAME"));
      }
    }
    needs.remove(table);
    return needs;
  }

  boolean has(String column) {
    return columns.stream().anyMatch(known -> known.name().equals(column));
  }

  String select() {
    return "select %s from \"%s\"".formatted(columnNames(), name);
  }

  String insert() {
    return "insert into \"%s\" (%s)%s values (%s)"
        .formatted(
            name,
            columnNames(),
            columns.stream().anyMatch(Column::identity) ? " overriding system value" : "",
            columns.stream().map(column -> "?").collect(Collectors.joining(", ")));
  }

  private String columnNames() {
    return columns.stream()
        .map(column -> '"' + column.name() + '"')
        .collect(Collectors.joining(", "));
  }
}
