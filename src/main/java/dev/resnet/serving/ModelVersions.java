package dev.resnet.serving;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** The rows of the model registry, in SQL that H2 and PostgreSQL both know. */
final class ModelVersions {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** The promoted version of each name: the one that was promoted last. */
  private static final String PROMOTED =
      """
      select * from model_version v where promoted_at is not null and not exists (
        select 1 from model_version w where w.name = v.name and w.promoted_at > v.promoted_at)
      """;

  private final JdbcClient jdbc;

  ModelVersions(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Makes a name known; nothing happens where it is already. */
  void addName(String name) {
    if (names().contains(name)) {
      return;
    }
    try {
      jdbc.sql("insert into model (name, last_version) values (?, 0)").param(name).update();
    } catch (DuplicateKeyException e) {
      // Another process was faster; the row is what counts.
    }
  }

  /**
   * Takes the next version number of a name. Other registrations under this name wait until the
   * caller's transaction ends; where it is rolled back, the number is free again.
   */
  int nextVersion(String name) {
    int next =
        1
            + jdbc.sql("select last_version from model where name = ? for update")
                .param(name)
                .query(Integer.class)
                .single();
    jdbc.sql("update model set last_version = ? where name = ?").params(next, name).update();
    return next;
  }

  void insert(ModelVersion v) {
    jdbc.sql(
            """
            insert into model_version (name, version, job_id, stack_n, dataset, data_sha256,
              classes, mean, standard_deviation, test_loss, test_accuracy, engine, engine_precision,
              hyperparameters, epoch, file, size, sha256, created_at, promoted_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        .params(
            Arrays.asList(
                v.name(),
                v.version(),
                v.jobId(),
                v.stackN(),
                v.dataset(),
                v.dataSha256(),
                JSON.writeValueAsString(v.classes()),
                JSON.writeValueAsString(v.mean()),
                JSON.writeValueAsString(v.standardDeviation()),
                v.testLoss(),
                v.testAccuracy(),
                v.engine(),
                v.precision(),
                v.hyperparameters(),
                v.epoch(),
                v.file(),
                v.size(),
                v.sha256(),
                timestamp(v.createdAt()),
                timestamp(v.promotedAt())))
        .update();
  }

  Optional<ModelVersion> findByJob(String jobId) {
    return jdbc.sql("select * from model_version where job_id = ?")
        .param(jobId)
        .query(ModelVersions::map)
        .optional();
  }

  Optional<ModelVersion> find(String name, int version) {
    return jdbc.sql("select * from model_version where name = ? and version = ?")
        .params(name, version)
        .query(ModelVersions::map)
        .optional();
  }

  Optional<ModelVersion> promoted(String name) {
    return jdbc.sql(
            """
            select * from model_version where name = ? and promoted_at is not null
            order by promoted_at desc, version desc fetch first row only
            """)
        .param(name)
        .query(ModelVersions::map)
        .optional();
  }

  /** The version that was promoted last among those that answer for their names. */
  Optional<ModelVersion> newestPromoted() {
    return jdbc.sql(PROMOTED + "order by promoted_at desc, name fetch first row only")
        .query(ModelVersions::map)
        .optional();
  }

  /** The newest first. */
  List<ModelVersion> versions(String name) {
    return jdbc.sql("select * from model_version where name = ? order by version desc")
        .param(name)
        .query(ModelVersions::map)
        .list();
  }

  /** Every version of every name: by name, the newest first. */
  List<ModelVersion> all() {
    return jdbc.sql("select * from model_version order by name, version desc")
        .query(ModelVersions::map)
        .list();
  }

  /** Every known name, also those without a version. */
  List<String> names() {
    return jdbc.sql("select name from model order by name").query(String.class).list();
  }

  private static ModelVersion map(ResultSet row, int index) throws SQLException {
    return new ModelVersion(
        row.getString("name"),
        row.getInt("version"),
        row.getString("job_id"),
        row.getInt("stack_n"),
        row.getString("dataset"),
        row.getString("data_sha256"),
        List.of(JSON.readValue(row.getString("classes"), String[].class)),
        List.of(JSON.readValue(row.getString("mean"), Float[].class)),
        List.of(JSON.readValue(row.getString("standard_deviation"), Float[].class)),
        row.getDouble("test_loss"),
        row.getDouble("test_accuracy"),
        row.getString("engine"),
        row.getString("engine_precision"),
        row.getString("hyperparameters"),
        row.getInt("epoch"),
        row.getString("file"),
        row.getLong("size"),
        row.getString("sha256"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        instant(row.getObject("promoted_at", OffsetDateTime.class)));
  }

  private static @Nullable OffsetDateTime timestamp(@Nullable Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime timestamp) {
    return timestamp == null ? null : timestamp.toInstant();
  }
}
