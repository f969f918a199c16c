package dev.resnet.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.database.InMemoryH2;
import dev.resnet.database.PostgreSql;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A database of the released tables, with rows in all of them, becomes one of the newest. */
class MigrationTests {
  /** The tables that the first installations have. */
  private static final String RELEASED = "7";

  /** Columns that a later migration replaces; {@link #checkReplaced} says by what. */
  private static final Set<String> REPLACED = Set.of("training_job.cancel_requested");

  /** What rows get in columns that they did not have; null unless it is here. */
  private static final Map<String, Object> DEFAULTS = Map.of("training_job.priority", 0L);

  @Test
  void onH2NothingIsLost() throws Exception {
    check(InMemoryH2.emptyDatabase());
  }

  @Test
  void onPostgreSqlNothingIsLost() throws Exception {
    var database = new PGSimpleDataSource();
    database.setUrl(PostgreSql.emptyDatabase());
    database.setUser(PostgreSql.USER);
    check(database);
  }

  private static void check(DataSource database) throws Exception {
    Flyway.configure().dataSource(database).target(RELEASED).load().migrate();
    FilledDatabase.fill(database);
    var before = FilledDatabase.rows(database);
    Map<String, Set<String>> keys = keys(database);

    Flyway.configure().dataSource(database).load().migrate();

    var after = FilledDatabase.rows(database);
    before.forEach((table, rows) -> checkKept(table, rows, after.get(table)));
    checkReplaced(before.get("training_job"), after.get("training_job"));
    assertThat(keys(database)).containsAllEntriesOf(keys);
    assertThatThrownBy(() -> JdbcClient.create(database).sql("delete from model_version").update())
        .isInstanceOf(DataIntegrityViolationException.class);
    JdbcClient.create(database).sql("delete from training_job").update();
    assertThat(FilledDatabase.rows(database).get("training_epoch")).isEmpty();
    assertThat(FilledDatabase.rows(database).get("training_checkpoint")).isEmpty();
  }

  private static void checkKept(
      String table,
      List<Map<String, @Nullable Object>> before,
      @Nullable List<Map<String, @Nullable Object>> after) {
    assertThat(after).as("the rows of %s", table).isNotNull();
    Set<String> columns = new TreeSet<>(before.get(0).keySet());
    columns.removeIf(column -> REPLACED.contains(table + "." + column));
    assertThat(after.get(0).keySet()).as("the columns of %s", table).containsAll(columns);
    assertThat(only(columns, after)).as(table).isEqualTo(only(columns, before));
    for (Map<String, @Nullable Object> row : after) {
      row.forEach(
          (column, value) -> {
            if (!before.get(0).containsKey(column) && !column.equals("requested")) {
              assertThat(value)
                  .as("the new column %s of %s", column, table)
                  .isEqualTo(DEFAULTS.get(table + "." + column));
            }
          });
    }
  }

  private static List<Map<String, @Nullable Object>> only(
      Set<String> columns, List<Map<String, @Nullable Object>> rows) {
    List<Map<String, @Nullable Object>> kept = new ArrayList<>();
    for (Map<String, @Nullable Object> row : rows) {
      Map<String, @Nullable Object> copy = new TreeMap<>(row);
      copy.keySet().retainAll(columns);
      kept.add(copy);
    }
    kept.sort(Comparator.comparing(Object::toString));
    return kept;
  }

  /** A request to cancel is kept, in the column that replaces its own. */
  private static void checkReplaced(
      List<Map<String, @Nullable Object>> before, List<Map<String, @Nullable Object>> after) {
    Map<Object, @Nullable Object> requested = new TreeMap<>();
    before.forEach(
        row ->
            requested.put(
                String.valueOf(row.get("id")),
                Boolean.TRUE.equals(row.get("cancel_requested")) ? "CANCEL" : null));
    for (Map<String, @Nullable Object> row : after) {
      if (!row.containsKey("cancel_requested")) {
        assertThat(row.get("requested")).isEqualTo(requested.get(row.get("id")));
      }
    }
  }

  /** The tables that each table's rows refer to. */
  private static Map<String, Set<String>> keys(DataSource database) throws Exception {
    Map<String, Set<String>> keys = new TreeMap<>();
    try (Connection connection = database.getConnection()) {
      for (Table table : Table.all(connection)) {
        keys.put(table.name(), new TreeSet<>(table.needs()));
      }
    }
    return keys;
  }
}
