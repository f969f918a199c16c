package dev.resnet.data.upload;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of uploaded data sets, in SQL for both H2 and PostgreSQL. */
final class DatasetRows {
  private static final String SELECT =
      """
      select d.name, d.version, d.created_at as dataset_created_at,
        v.sha256, v.size, v.description, v.created_at as version_created_at,
        u.id, u.status, u.options, u.attempt, u.progress, u.error, u.created_at as upload_created_at
      from dataset d
        left join dataset_version v on v.name = d.name and v.sha256 = %s
        left join dataset_upload u on u.name = d.name
      """;

  private static final String SELECT_UPLOAD =
      """
      select name, id, status, options, attempt, progress, error, created_at as upload_created_at
      from dataset_upload where\s""";

  private final JdbcClient jdbc;
  private final Clock clock;

  DatasetRows(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /**
   * A data set with one of its versions and its last upload.
   *
   * @param version null if it has none yet
   * @param upload null if the last one became a version
   */
  record Row(
      String name, Instant createdAt, @Nullable StoredVersion version, @Nullable Upload upload) {}

  /** The time in microseconds, the precision of both databases. */
  private OffsetDateTime now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
  }

  /** Other changes of data sets wait until the caller's transaction ends. */
  void lock() {
    jdbc.sql("select id from dataset_lock for update").query(Integer.class).single();
  }

  /** All data sets with their current versions, by name. */
  List<Row> list() {
    return jdbc.sql(SELECT.formatted("d.version") + " order by d.name")
        .query((row, n) -> row(row))
        .list();
  }

  /**
   * One data set.
   *
   * @param sha256 of a version; null for the current one
   */
  Optional<Row> find(String name, @Nullable String sha256) {
    var select =
        jdbc.sql(
                SELECT.formatted(sha256 == null ? "d.version" : ":sha256")
                    + " where d.name = :name")
            .param("name", name);
    return (sha256 == null ? select : select.param("sha256", sha256))
        .query((row, n) -> row(row))
        .optional();
  }

  /** The versions of a data set; the one that became current last comes first. */
  List<StoredVersion> versions(String name) {
    return jdbc.sql(
            """
            select name, sha256, size, description, created_at as version_created_at
            from dataset_version where name = ? order by current_since desc, sha256
            """)
        .param(name)
        .query((row, n) -> version(row))
        .list();
  }

  /** The versions after which another one became current, before that time. */
  List<StoredVersion> replaced(String name, Instant before) {
    return jdbc.sql(
            """
            select name, sha256, size, description, created_at as version_created_at
            from dataset_version v
            where name = :name and sha256 <> (select version from dataset d where d.name = v.name)
              and exists (select 1 from dataset_version later where later.name = v.name
                and later.current_since > v.current_since and later.current_since < :before)
            order by current_since, sha256
            """)
        .param("name", name)
        .param("before", before.atOffset(ZoneOffset.UTC))
        .query((row, n) -> version(row))
        .list();
  }

  boolean hasVersion(String name, String sha256) {
    return jdbc.sql("select count(*) from dataset_version where name = ? and sha256 = ?")
            .params(name, sha256)
            .query(Integer.class)
            .single()
        > 0;
  }

  /** Bytes of all versions of all data sets. */
  long size() {
    return jdbc.sql("select coalesce(sum(size), 0) from dataset_version")
        .query(Long.class)
        .single();
  }

  /** Names and bytes of the data sets, the largest first. */
  List<String> largest(int most) {
    return jdbc.sql(
            "select name from dataset_version group by name order by sum(size) desc, name limit ?")
        .param(most)
        .query(String.class)
        .list();
  }

  /** Adds a data set; does nothing if it exists. Call this under {@link #lock}. */
  void add(String name) {
    jdbc.sql(
            """
            insert into dataset (name, created_at) select :name, cast(:now as timestamp with time zone)
            where not exists (select 1 from dataset where name = :name)
            """)
        .param("name", name)
        .param("now", now())
        .update();
  }

  /** Replaces the last upload of a data set by one that is to be converted. */
  void upload(String name, String id, String options) {
    jdbc.sql("delete from dataset_upload where name = ?").param(name).update();
    jdbc.sql(
            """
            insert into dataset_upload (name, id, status, options, attempt, progress, created_at)
            values (?, ?, 'CONVERTING', ?, 0, 0, ?)
            """)
        .params(name, id, options, now())
        .update();
  }

  Optional<Upload> upload(String id) {
    return jdbc.sql(SELECT_UPLOAD + "id = ?").param(id).query((row, n) -> upload(row)).optional();
  }

  List<Upload> converting() {
    return jdbc.sql(SELECT_UPLOAD + "status = 'CONVERTING' order by created_at")
        .query((row, n) -> upload(row))
        .list();
  }

  /** Claims the next attempt; empty if another process was faster, or the upload is gone. */
  Optional<Upload> claim(Upload upload) {
    int claimed =
        jdbc.sql(
                """
                update dataset_upload set attempt = attempt + 1, progress = 0, error = null
                where id = ? and attempt = ? and status = 'CONVERTING'
                """)
            .params(upload.id(), upload.attempt())
            .update();
    return claimed == 1 ? Optional.of(upload.nextAttempt()) : Optional.empty();
  }

  /** False if the attempt no longer owns the upload. */
  boolean progressed(Upload upload, double progress) {
    return jdbc.sql(
                """
                update dataset_upload set progress = ?
                where id = ? and attempt = ? and status = 'CONVERTING'
                """)
            .params(progress, upload.id(), upload.attempt())
            .update()
        == 1;
  }

  /** What delays the conversion; it stays in the queue. */
  void delayed(Upload upload, String error) {
    jdbc.sql(
            """
            update dataset_upload set error = ?
            where id = ? and attempt = ? and status = 'CONVERTING'
            """)
        .params(error, upload.id(), upload.attempt())
        .update();
  }

  /** False if the attempt no longer owns the upload. */
  boolean failed(Upload upload, String error) {
    return jdbc.sql(
                """
                update dataset_upload set status = 'FAILED', error = ?
                where id = ? and attempt = ? and status = 'CONVERTING'
                """)
            .params(error, upload.id(), upload.attempt())
            .update()
        == 1;
  }

  /** Call this under {@link #lock}; false if the attempt no longer owns the upload. */
  boolean completed(Upload upload) {
    return jdbc.sql(
                "delete from dataset_upload where id = ? and attempt = ? and status = 'CONVERTING'")
            .params(upload.id(), upload.attempt())
            .update()
        == 1;
  }

  void insertVersion(String name, String sha256, long size, String description) {
    jdbc.sql(
            """
            insert into dataset_version (name, sha256, size, description, created_at, current_since)
            values (:name, :sha256, :size, :description, :now, :now)
            """)
        .param("name", name)
        .param("sha256", sha256)
        .param("size", size)
        .param("description", description)
        .param("now", now())
        .update();
  }

  /** New jobs use this version from now on. */
  void makeCurrent(String name, String sha256) {
    jdbc.sql("update dataset set version = ? where name = ?").params(sha256, name).update();
    jdbc.sql("update dataset_version set current_since = ? where name = ? and sha256 = ?")
        .params(now(), name, sha256)
        .update();
  }

  void deleteVersion(String name, String sha256) {
    jdbc.sql("delete from dataset_version where name = ? and sha256 = ?")
        .params(name, sha256)
        .update();
  }

  /** Deletes a data set with all versions and its upload. */
  void delete(String name) {
    jdbc.sql("delete from dataset where name = ?").param(name).update();
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getString("name"),
        instant(row, "dataset_created_at"),
        row.getString("sha256") == null ? null : version(row),
        row.getString("id") == null ? null : upload(row));
  }

  private static StoredVersion version(ResultSet row) throws SQLException {
    return new StoredVersion(
        row.getString("name"),
        row.getString("sha256"),
        row.getLong("size"),
        row.getString("description"),
        instant(row, "version_created_at"));
  }

  private static Upload upload(ResultSet row) throws SQLException {
    return new Upload(
        row.getString("name"),
        row.getString("id"),
        Upload.Status.valueOf(row.getString("status")),
        row.getString("options"),
        row.getInt("attempt"),
        row.getDouble("progress"),
        row.getString("error"),
        instant(row, "upload_created_at"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
