package dev.resnet.backup;

import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * The first entry of an archive: what is in it.
 *
 * @param format of the archive
 * @param id of this backup
 * @param createdAt RFC 3339
 * @param version of the service that wrote it
 * @param schema the version of the tables: the number of the last migration
 */
record Manifest(
    int format, String id, String createdAt, String version, String schema, List<Rows> tables) {
  static final int FORMAT = 1;
  static final String ENTRY = "backup.json";
  static final String ROWS = "rows/";
  static final String FILES = "files/";

  /** The last entry: a line {@code <sha256> <entry>} for each other one, as sha256sum reads it. */
  static final String CHECKSUMS = "SHA256SUMS";

  private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  /**
   * The rows of a table: an entry with a line for each row, an array of values.
   *
   * @param columns in the order of the values
   */
  record Rows(String table, List<String> columns, long count) {
    String entry() {
      return ROWS + table + ".jsonl";
    }

    private boolean isIncomplete() {
      return table == null || columns == null || columns.stream().anyMatch(Objects::isNull);
    }
  }

  byte[] json() {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
  }

  /**
   * Reads a manifest, which may come from a stranger.
   *
   * @throws RuntimeException if it is not one
   */
  static Manifest of(byte[] json) {
    Manifest manifest = JSON.readValue(json, Manifest.class);
    if (manifest == null || manifest.isIncomplete()) {
      throw new IllegalArgumentException("fields are missing");
    }
    for (Rows rows : manifest.tables) {
      // The names become parts of paths and of SQL.
      if (!NAME.matcher(rows.table).matches()
          || !rows.columns.stream().allMatch(column -> NAME.matcher(column).matches())) {
        throw new IllegalArgumentException("the name of a table or column is not allowed");
      }
    }
    return manifest;
  }

  private boolean isIncomplete() {
    return Stream.of(id, createdAt, version, schema, tables).anyMatch(Objects::isNull)
        || tables.stream().anyMatch(rows -> rows == null || rows.isIncomplete());
  }
}
