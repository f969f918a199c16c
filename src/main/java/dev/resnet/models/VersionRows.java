package dev.resnet.models;

import dev.resnet.models.AliasRows.Pointer;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import dev.resnet.training.checkpoint.Promotion;
import dev.resnet.training.checkpoint.RegisteredModel;
import dev.resnet.training.checkpoint.Selection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** The rows of the model registry, in SQL for both H2 and PostgreSQL. */
public final class VersionRows {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Versions with the time of their latest promotion that was not rolled back. */
  private static final String SELECT =
      """
      select v.*, (select max(h.since) from model_alias_history h
        where h.name = v.name and h.version = v.version and h.alias = 'production'
          and h.undone_at is null) as promoted_at
      from model_version v
      """;

  private final JdbcClient jdbc;

  VersionRows(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Adds a name; does nothing if it exists. */
  void addName(String name) {
    if (names().contains(name)) {
      return;
    }
    try {
      jdbc.sql("insert into model (name, last_version) values (?, 0)").param(name).update();
    } catch (DuplicateKeyException e) {
      // Another process was faster; only the row matters.
    }
  }

  /**
   * Locks a name: other changes of it wait until the caller's transaction ends.
   *
   * @return false if the name is not known
   */
  boolean lock(String name) {
    return lastVersion(name).isPresent();
  }

  private Optional<Integer> lastVersion(String name) {
    return jdbc.sql("select last_version from model where name = ? for update")
        .param(name)
        .query(Integer.class)
        .optional();
  }

  /**
   * Takes the next version number and the lock of a name. If the transaction is rolled back, the
   * number is free again.
   */
  int nextVersion(String name) {
    int next = 1 + lastVersion(name).orElseThrow();
    jdbc.sql("update model set last_version = ? where name = ?").params(next, name).update();
    return next;
  }

  void insert(ModelVersion v, Promotion promotion) {
    jdbc.sql(
            """
            insert into model_version (name, version, job_id, stack_n, dataset, data_sha256,
              classes, image_size, resize, mean, standard_deviation, test_loss, test_accuracy, engine, engine_precision,
              hyperparameters, epoch, file, size, sha256, created_at,
              promoted_by_training, promotion_reason, validation_loss, validation_accuracy,
              chosen_by)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
                v.shape().size(),
                v.resize().wireName(),
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
                v.createdAt().atOffset(ZoneOffset.UTC),
                promotion.promoted(),
                promotion.reason(),
                v.selection().validationLoss(),
                v.selection().validationAccuracy(),
                v.selection().by().wireName()))
        .update();
  }

  /** The version that a job registered, and whether it was promoted. */
  Optional<RegisteredModel> findByJob(String jobId) {
    return jdbc.sql(
            """
            select version, promoted_by_training, promotion_reason
            from model_version where job_id = ?
            """)
        .param(jobId)
        .query(
            (row, n) ->
                new RegisteredModel(
                    row.getInt("version"),
                    new Promotion(
                        row.getBoolean("promoted_by_training"), row.getString("promotion_reason"))))
        .optional();
  }

  Optional<ModelVersion> find(String name, int version) {
    return jdbc.sql(SELECT + "where v.name = ? and v.version = ?")
        .params(name, version)
        .query(VersionRows::map)
        .optional();
  }

  void delete(String name, int version) {
    jdbc.sql("delete from model_version where name = ? and version = ?")
        .params(name, version)
        .update();
  }

  /** The files of a name's versions, relative to the folder of all models. */
  Set<String> files(String name) {
    return Set.copyOf(
        jdbc.sql("select file from model_version where name = ?")
            .param(name)
            .query(String.class)
            .list());
  }

  /** Sort keys for lists of versions. */
  enum Order {
    VERSION,
    CREATED_AT,
    TEST_ACCURACY;
  }

  List<ModelVersion> versions(String name, Order order, boolean ascending, int size, long from) {
    String direction = ascending ? "asc" : "desc";
    // The column names come from an enum, never from a client.
    return jdbc.sql(
            SELECT
                + "where v.name = :name order by v.%s %s, v.version %s limit :size offset :from"
                    .formatted(order.name().toLowerCase(Locale.ROOT), direction, direction))
        .param("name", name)
        .param("size", size)
        .param("from", from)
        .query(VersionRows::map)
        .list();
  }

  /** The newest versions of each name, ordered by name, the newest first. */
  List<ModelVersion> newest(Collection<String> names, int each) {
    if (names.isEmpty()) {
      return List.of();
    }
    return jdbc.sql(
            """
            select * from (
              select numbered.*, row_number() over (partition by name order by version desc) as age
              from (%s where v.name in (:names)) numbered) aged
            where age <= :each order by name, version desc
            """
                .formatted(SELECT))
        .param("names", names)
        .param("each", each)
        .query(VersionRows::map)
        .list();
  }

  /** The number of versions of each name; names without versions are left out. */
  Map<String, Long> count(Collection<String> names) {
    Map<String, Long> counts = new HashMap<>();
    if (!names.isEmpty()) {
      jdbc.sql(
              "select name, count(*) as versions from model_version where name in (:names) group by name")
          .param("names", names)
          .query(
              row -> {
                counts.put(row.getString("name"), row.getLong("versions"));
              });
    }
    return counts;
  }

  long count(String name) {
    return jdbc.sql("select count(*) from model_version where name = ?")
        .param(name)
        .query(Long.class)
        .single();
  }

  /** All versions of these names. */
  Set<Pointer> existing(Collection<String> names) {
    if (names.isEmpty()) {
      return Set.of();
    }
    return Set.copyOf(
        jdbc.sql("select name, version from model_version where name in (:names)")
            .param("names", names)
            .query((row, n) -> new Pointer(row.getString("name"), row.getInt("version")))
            .list());
  }

  /** The names that have a version, in order. */
  List<String> namesWithVersions(boolean ascending, int size, long from) {
    return jdbc.sql(
            "select distinct name from model_version order by name %s limit :size offset :from"
                .formatted(ascending ? "asc" : "desc"))
        .param("size", size)
        .param("from", from)
        .query(String.class)
        .list();
  }

  long countNamesWithVersions() {
    return jdbc.sql("select count(distinct name) from model_version").query(Long.class).single();
  }

  /** All names, including those without a version. */
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
        new ImageShape(row.getInt("image_size")),
        ResizePolicy.of(row.getString("resize")),
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
        instant(row.getObject("promoted_at", OffsetDateTime.class)),
        new Selection(
            Selection.By.of(row.getString("chosen_by")),
            row.getObject("validation_loss", Double.class),
            row.getObject("validation_accuracy", Double.class)),
        row.getString("promotion_reason"));
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime timestamp) {
    return timestamp == null ? null : timestamp.toInstant();
  }
}
