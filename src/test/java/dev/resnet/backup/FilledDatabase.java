package dev.resnet.backup;

import dev.resnet.files.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Fills every table of a database with rows, whatever tables there are, and reads them back. */
final class FilledDatabase {
  static final String CONTENT = "file";

  /** Rows of each table. */
  static final int ROWS = 3;

  private static final String SHA_256 = Sha256.of(CONTENT.getBytes(StandardCharsets.UTF_8));
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Values that mean something to the code under test, by table and column. */
  private static final Map<String, String> MEANING =
      Map.of(
          "dataset_upload.status", "CONVERTING",
          "training_job.status", "RUNNING",
          "training_job.config", "{\"start_from\": {\"sha256\": \"" + SHA_256 + "\"}}",
          "training_checkpoint.file", "attempt-%d/epoch-0001.zip",
          "training_partial_checkpoint.file", "attempt-%d/epoch-0001-step-000002.zip",
          "model_version.file", "model-%1$d/2026-%1$d/model.zip",
          "model_evaluation.file", "model-%1$d/2026-%1$d/evaluation-%1$d.bin");

  private FilledDatabase() {}

  /** Adds rows to every table but those that the migrations fill. */
  static void fill(DataSource database) throws SQLException {
    try (Connection connection = database.getConnection()) {
      for (Table table : Table.all(connection)) {
        if (!Table.OF_MIGRATIONS.contains(table.name())) {
          Map<String, Integer> lengths = lengths(connection, table);
          Map<String, Parent> parents = parents(connection, table);
          for (int n = 1; n <= ROWS; n++) {
            insert(connection, table, lengths, parents, n);
          }
        }
      }
    }
  }

  /** A column of another table. */
  private record Parent(String table, String column) {}

  private static Map<String, Integer> lengths(Connection connection, Table table)
      throws SQLException {
    Map<String, Integer> lengths = new HashMap<>();
    try (ResultSet found =
        connection.getMetaData().getColumns(null, connection.getSchema(), table.name(), "%")) {
      while (found.next()) {
        lengths.put(found.getString("COLUMN_NAME"), found.getInt("COLUMN_SIZE"));
      }
    }
    return lengths;
  }

  private static Map<String, Parent> parents(Connection connection, Table table)
      throws SQLException {
    Map<String, Parent> parents = new HashMap<>();
    try (ResultSet keys =
        connection.getMetaData().getImportedKeys(null, connection.getSchema(), table.name())) {
      while (keys.next()) {
        parents.put(
            keys.getString("FKCOLUMN_NAME"),
            new Parent(keys.getString("PKTABLE_NAME"), keys.getString("PKCOLUMN_NAME")));
      }
    }
    return parents;
  }

  private static void insert(
      Connection connection,
      Table table,
      Map<String, Integer> lengths,
      Map<String, Parent> parents,
      int n)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(table.insert())) {
      for (int i = 0; i < table.columns().size(); i++) {
        Table.Column column = table.columns().get(i);
        Parent parent = parents.get(column.name());
        JsonNode value =
            parent == null
                ? value(table.name(), column, lengths.get(column.name()), n)
                : value(connection, parent, n);
        column.kind().set(insert, i + 1, value);
      }
      insert.executeUpdate();
    }
  }

  private static JsonNode value(String table, Table.Column column, int length, int n) {
    String meaning = MEANING.get(table + "." + column.name());
    Object value =
        switch (column.kind()) {
          case TEXT ->
              meaning != null
                  ? meaning.formatted(n)
                  : column.name().endsWith("sha256")
                      ? sha256(table, n)
                      : text(column.name(), length, n);
          case INTEGER -> column.name().equals("size") ? CONTENT.length() : n;
          case DOUBLE -> n == 1 ? 0.1 + 0.2 : n == 2 ? (Object) "NaN" : -Double.MIN_VALUE;
          case BOOLEAN -> n % 2 == 1;
          case TIME -> "2026-03-0%dT23:59:59.12345%d+02:00".formatted(n, n);
          case BYTES -> "AP8" + "ABC".charAt(n - 1);
        };
    return JSON.valueToTree(value);
  }

  /** A data set's version is named after it, so each row has another. */
  private static String sha256(String table, int n) {
    return table.equals("dataset_version") ? SHA_256.substring(1) + n : SHA_256;
  }

  private static String text(String column, int length, int n) {
    String text = "%d %s ü\u2028 \"\\\n'%%".formatted(n, column).strip();
    String safe = column.equals("name") || column.endsWith("id") ? column + n : text;
    return safe.substring(0, Math.min(length, safe.length()));
  }

  /** The n-th row's value in the table that a key refers to. */
  private static JsonNode value(Connection connection, Parent parent, int n) throws SQLException {
    Table table =
        Table.all(connection).stream()
            .filter(known -> known.name().equals(parent.table()))
            .findFirst()
            .orElseThrow();
    int index = table.columns().stream().map(Table.Column::name).toList().indexOf(parent.column());
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                table.select() + " order by \"" + parent.column() + "\" offset " + (n - 1))) {
      rows.next();
      return JSON.valueToTree(table.columns().get(index).kind().read(rows, index + 1));
    }
  }

  /** Writes the files that the rows name. */
  static void writeFiles(DataSource database, Path home) throws SQLException, IOException {
    for (var table : rows(database).entrySet()) {
      for (Map<String, @Nullable Object> row : table.getValue()) {
        for (NamedFile named : NamedFile.of(table.getKey(), row)) {
          Path file = home.resolve(named.path());
          if (named.folder() && named.size() >= 0) {
            file = file.resolve("train.bin");
          } else if (named.folder()) {
            file = file.resolve("card.json");
          }
          Files.createDirectories(file.getParent());
          Files.writeString(file, CONTENT);
        }
      }
    }
  }

  /** All rows by table, in the order of their text. */
  static Map<String, List<Map<String, @Nullable Object>>> rows(DataSource database)
      throws SQLException {
    Map<String, List<Map<String, @Nullable Object>>> all = new TreeMap<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (Table table : Table.all(connection)) {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        try (ResultSet found = statement.executeQuery(table.select())) {
          while (found.next()) {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            for (int n = 0; n < table.columns().size(); n++) {
              Table.Column column = table.columns().get(n);
              row.put(column.name(), column.kind().read(found, n + 1));
            }
            rows.add(row);
          }
        }
        rows.sort(Comparator.comparing(Object::toString));
        all.put(table.name(), rows);
      }
    }
    return all;
  }

  /** The files below a folder, by path, with their content. */
  static Map<String, String> files(Path home) throws IOException {
    try (var found = Files.walk(home)) {
      return found
          .filter(Files::isRegularFile)
          .collect(
              Collectors.toMap(
                  file -> home.relativize(file).toString().replace('\\', '/'),
                  FilledDatabase::content,
                  (a, b) -> a,
                  TreeMap::new));
    }
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
