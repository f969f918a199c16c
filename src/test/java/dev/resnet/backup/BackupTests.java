package dev.resnet.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.database.InMemoryH2;
import dev.resnet.database.PostgreSql;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

class BackupTests {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-04T05:06:07Z"), ZoneOffset.UTC);

  @TempDir private Path folder;

  /** Filled once; tests that change rows make another. */
  private static DataSource h2;

  @BeforeAll
  static void fill() throws Exception {
    h2 = filled(InMemoryH2.emptyDatabase(), "latest");
  }

  @BeforeEach
  void writeFiles() throws Exception {
    FilledDatabase.writeFiles(h2, home());
  }

  private Path home() {
    return folder.resolve("home");
  }

  private Path elsewhere() {
    return folder.resolve("elsewhere");
  }

  /** The database of a service, as of a version. */
  private static DataSource filled(DataSource database, String version) throws Exception {
    Flyway.configure().dataSource(database).target(version).load().migrate();
    FilledDatabase.fill(database);
    return database;
  }

  private Backups backups(DataSource database) {
    return new Backups(database, home(), "1.2.3", CLOCK);
  }

  private byte[] archive(DataSource database) throws IOException {
    var out = new ByteArrayOutputStream();
    try (Backup backup = backups(database).prepare(false)) {
      backup.writeTo(out);
    }
    return out.toByteArray();
  }

  private void restore(byte[] archive, DataSource database) throws Exception {
    new Restore(elsewhere(), database).from(new ByteArrayInputStream(archive));
  }

  private static DataSource postgreSql() {
    var database = new PGSimpleDataSource();
    database.setUrl(PostgreSql.emptyDatabase());
    database.setUser(PostgreSql.USER);
    return database;
  }

  @Test
  void movesEverythingFromTheEmbeddedDatabaseToPostgreSqlAndBack() throws Exception {
    Map<String, String> files = FilledDatabase.files(home());
    DataSource postgreSql = postgreSql();

    restore(archive(h2), postgreSql);

    var moved = FilledDatabase.rows(postgreSql);
    assertThat(moved).isEqualTo(unpicked(FilledDatabase.rows(h2)));
    assertThat(moved.keySet()).contains("training_job", "model_alias_history", "dataset_upload");
    moved.forEach((table, rows) -> assertThat(rows).as(table).isNotEmpty());
    assertThat(FilledDatabase.files(elsewhere())).isEqualTo(files);
    assertThat(files).hasSizeGreaterThanOrEqualTo(6 * FilledDatabase.ROWS);
    // The database counts on.
    JdbcClient.create(postgreSql)
        .sql(
            """
            insert into model_alias_history (name, alias, version, since)
            select name, alias, version, since from model_alias_history where id = 1
            """)
        .update();
    assertThat(
            JdbcClient.create(postgreSql)
                .sql("select max(id) from model_alias_history")
                .query(Long.class)
                .single())
        .isEqualTo(FilledDatabase.ROWS + 1);

    DataSource back = InMemoryH2.emptyDatabase();
    new Restore(folder.resolve("back"), back)
        .from(new ByteArrayInputStream(new Archived(postgreSql, elsewhere()).bytes()));
    assertThat(FilledDatabase.rows(back)).isEqualTo(FilledDatabase.rows(postgreSql));
    assertThat(FilledDatabase.files(folder.resolve("back"))).isEqualTo(files);
  }

  @Test
  void exportsAreLeftOutBecauseTheyCanBeMadeAgain() throws Exception {
    Map<String, String> files = FilledDatabase.files(home());
    String network =
        files.keySet().stream()
            .filter(file -> file.startsWith("models/") && file.endsWith("model.zip"))
            .findFirst()
            .orElseThrow();
    Files.writeString(home().resolve(network).resolveSibling("model.onnx"), "an export");

    restore(archive(h2), postgreSql());

    assertThat(FilledDatabase.files(elsewhere())).isEqualTo(files);
  }

  private record Archived(DataSource database, Path home) {
    byte[] bytes() throws IOException {
      var out = new ByteArrayOutputStream();
      try (Backup backup = new Backups(database, home, "1.2.3", CLOCK).prepare(false)) {
        backup.writeTo(out);
      }
      return out.toByteArray();
    }
  }

  /** No process that took a queue entry is where the archive is restored. */
  private static Map<String, List<Map<String, @Nullable Object>>> unpicked(
      Map<String, List<Map<String, @Nullable Object>>> all) {
    for (var rows : all.values()) {
      for (var row : rows) {
        if (Boolean.TRUE.equals(row.get("picked"))) {
          row.put("picked", false);
          row.put("picked_by", null);
          row.put("last_heartbeat", null);
        }
      }
    }
    return all;
  }

  @Test
  void anArchiveOfAnEarlierVersionIsMigrated() throws Exception {
    DataSource old = filled(InMemoryH2.emptyDatabase(), "6");
    DataSource target = InMemoryH2.emptyDatabase();

    restore(archive(old), target);

    assertThat(Flyway.configure().dataSource(target).load().info().pending()).isEmpty();
    assertThat(FilledDatabase.rows(target).get("training_epoch"))
        .hasSize(FilledDatabase.ROWS)
        .allSatisfy(row -> assertThat(row).containsEntry("validation_loss", null));
  }

  @Test
  void anArchiveOfANewerVersionIsRefusedAndNothingIsTouched() throws Exception {
    DataSource newer = filled(InMemoryH2.emptyDatabase(), "latest");
    JdbcClient.create(newer)
        .sql(
            """
            insert into "flyway_schema_history" select 999, '999', 'later', 'SQL', 'V999__later.sql', 1,
              'sa', now(), 1, true
            """)
        .update();
    DataSource target = InMemoryH2.emptyDatabase();
    byte[] archive = archive(newer);

    assertThatThrownBy(() -> restore(archive, target))
        .isInstanceOf(RestoreRefusedException.class)
        .hasMessageContaining("resnet-service 1.2.3")
        .hasMessageContaining("999");
    assertThat(elsewhere()).doesNotExist();
  }

  @Test
  void aManifestThatNamesOtherPathsOrLacksFieldsIsRefused() {
    for (String table : List.of("../outside", "/tmp/outside", "a/b", "", "A", "a\" or 1=1")) {
      var rows = new Manifest.Rows(table, List.of("id"), 0);
      byte[] json = new Manifest(1, "id", "now", "1", "12", List.of(rows)).json();
      assertThatThrownBy(() -> Manifest.of(json)).hasMessageContaining("name of a table");
    }
    for (String json : List.of("null", "{}", "{\"format\": 1}", "[]")) {
      assertThatThrownBy(() -> Manifest.of(json.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
          .isInstanceOf(RuntimeException.class)
          .isNotInstanceOf(NullPointerException.class);
    }
  }

  @Test
  void whatIsNotEmptyIsNotTouched() throws Exception {
    byte[] archive = archive(h2);

    assertThatThrownBy(() -> restore(archive, h2)).hasMessage("The database is not empty.");
    Files.createDirectories(elsewhere().resolve("models"));
    assertThatThrownBy(() -> restore(archive, InMemoryH2.emptyDatabase()))
        .hasMessageContaining("is not empty: it has models");
    assertThat(FilledDatabase.files(elsewhere())).isEmpty();
  }

  @Test
  void aDamagedOrCutArchiveIsRefusedAndTheRestoreCanBeRepeated() throws Exception {
    byte[] archive = archive(h2);
    DataSource target = InMemoryH2.emptyDatabase();
    byte[] changed = archive.clone();
    int middle =
        new String(archive, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("\0file\0");
    changed[middle + 1] ^= 1;

    assertThatThrownBy(() -> restore(changed, target)).hasMessageContaining("has changed");
    for (int length : new int[] {0, 100, archive.length / 2, archive.length - 10_240}) {
      byte[] cut = Arrays.copyOf(archive, length);
      assertThatExceptionOfType(RestoreRefusedException.class)
          .as("the first %d bytes", length)
          .isThrownBy(() -> restore(cut, target));
    }
    assertThat(RestoreHome.isUnfinished(elsewhere())).isTrue();

    restore(archive, target);
    assertThat(RestoreHome.isUnfinished(elsewhere())).isFalse();
    assertThat(FilledDatabase.files(elsewhere())).isEqualTo(FilledDatabase.files(home()));
  }

  @Test
  void aRestoreThatEndedAfterItsRowsIsCompletedByTheSameArchiveOnly() throws Exception {
    byte[] archive = archive(h2);
    DataSource target = InMemoryH2.emptyDatabase();
    restore(archive, target);
    new RestoreHome(elsewhere()).begin(Manifest.of(first(archive)));

    byte[] other = archive(h2);
    assertThatThrownBy(() -> restore(other, target)).hasMessage("The database is not empty.");
    restore(archive, target);
    assertThat(RestoreHome.isUnfinished(elsewhere())).isFalse();
  }

  private static byte[] first(byte[] archive) throws IOException {
    try (var tar =
        new org.apache.commons.compress.archivers.tar.TarArchiveInputStream(
            new ByteArrayInputStream(archive))) {
      tar.getNextEntry();
      return tar.readAllBytes();
    }
  }

  @Test
  void everyTableThatNamesFilesIsKnown() throws Exception {
    try (Connection connection = h2.getConnection()) {
      for (Table table : Table.all(connection)) {
        // model_version.data_sha256 and training_job's are of data, not of files.
        if (table.has("file") || table.has("sha256")) {
          assertThat(NamedFile.TABLES).as("a table whose rows name files").contains(table.name());
        }
      }
    }
  }

  @Test
  void filesThatAreDeletedMeanwhileAreInTheArchiveNevertheless() throws Exception {
    Map<String, String> files = FilledDatabase.files(home());
    var out = new ByteArrayOutputStream();
    try (Backup backup = backups(h2).prepare(false)) {
      for (String file : files.keySet()) {
        Files.delete(home().resolve(file));
      }
      backup.writeTo(out);
    }
    restore(out.toByteArray(), InMemoryH2.emptyDatabase());
    assertThat(FilledDatabase.files(elsewhere())).isEqualTo(files);
    assertThat(FilledDatabase.files(home())).as("nothing is left").isEmpty();
  }

  @Test
  void rowsAreOfOneMoment() throws Exception {
    for (DataSource empty : List.of(InMemoryH2.emptyDatabase(), postgreSql())) {
      DataSource database = filled(empty, "latest");
      var jdbc = JdbcClient.create(database);
      var changed = new java.util.concurrent.atomic.AtomicBoolean();
      Path rows = folder.resolve("rows");
      new Dump(database)
          .write(
              rows,
              file -> {
                if (changed.compareAndSet(false, true)) {
                  // In tables that are read before and after the first named file.
                  jdbc.sql("delete from model_alias_history").update();
                  jdbc.sql("delete from training_job").update();
                }
              });
      assertThat(Files.readAllLines(rows.resolve("model_alias_history")))
          .hasSize(FilledDatabase.ROWS);
      assertThat(Files.readAllLines(rows.resolve("training_epoch"))).hasSize(FilledDatabase.ROWS);
      assertThat(jdbc.sql("select count(*) from training_job").query(Integer.class).single())
          .isZero();
    }
  }

  @Test
  void afterAFailureNothingIsLeftAndTheNextBackupWorks() throws Exception {
    Backups backups = backups(h2);
    try (Backup first = backups.prepare(false)) {
      assertThatThrownBy(() -> backups.prepare(false))
          .isInstanceOf(BackupInProgressException.class);
      assertThatThrownBy(() -> first.writeTo(new Full())).hasMessage("Broken pipe");
    }
    assertThat(snapshots()).isEmpty();
    backups.prepare(false).close();
    assertThat(snapshots()).isEmpty();
  }

  /** A client that goes away. */
  private static final class Full extends OutputStream {
    private int left = 20_000;

    @Override
    public void write(int b) throws IOException {
      if (--left < 0) {
        throw new IOException("Broken pipe");
      }
    }
  }

  private Set<String> snapshots() throws IOException {
    return FilledDatabase.files(home().resolve(SnapshotFolders.NAME)).keySet();
  }

  @Test
  void whatAProcessLeftThatEndedIsDeleted() throws Exception {
    Path left = home().resolve(SnapshotFolders.NAME).resolve("0");
    Files.createDirectories(left);
    Files.writeString(left.resolve("rows"), "");
    Files.writeString(left.resolveSibling("0.lock"), "");
    Backups other = backups(h2);
    try (Backup running = backups(h2).prepare(false)) {
      assertThat(left).doesNotExist();
      other.deleteLeftovers();
      running.writeTo(OutputStream.nullOutputStream());
    }
    assertThat(home().resolve(SnapshotFolders.NAME)).isEmptyDirectory();
  }

  @Test
  void aChangedFileEndsTheArchiveUnlessThatIsAskedFor() throws Exception {
    Files.writeString(home().resolve("jobs/id1/start.zip"), "elif");

    assertThatThrownBy(() -> archive(h2))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("jobs/id1/start.zip has changed");
    try (Backup backup = backups(h2).prepare(true)) {
      backup.writeTo(OutputStream.nullOutputStream());
    }
  }
}
