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
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

  /** Has a default, which is right only for a trained version. */
  private static final String CHOSEN_BY = "chosen_by";

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
    var columns = new LinkedHashMap<String, @Nullable Object>();
    columns.put("name", v.name());
    columns.put("version", v.version());
    columns.put("stack_n", v.stackN());
    columns.put("classes", JSON.writeValueAsString(v.classes()));
    columns.put("image_size", v.shape().size());
    columns.put("resize", v.resize().wireName());
    columns.put("mean", JSON.writeValueAsString(v.mean()));
    columns.put("standard_deviation", JSON.writeValueAsString(v.standardDeviation()));
    columns.put("file", v.file());
    columns.put("size", v.size());
    columns.put("sha256", v.sha256());
    columns.put("created_at", v.createdAt().atOffset(ZoneOffset.UTC));
    columns.put("description", v.description());
    columns.put("promoted_by_training", promotion.promoted());
    columns.put("promotion_reason", promotion.reason());
    ModelVersion.Training training = v.training();
    columns.put(CHOSEN_BY, null);
    if (training != null) {
      addTraining(columns, training);
    }
    jdbc.sql(
            "insert into model_version (%s) values (%s)"
                .formatted(
                    String.join(", ", columns.keySet()),
                    String.join(", ", Collections.nCopies(columns.size(), "?"))))
        .params(new ArrayList<>(columns.values()))
        .update();
  }

  private static void addTraining(
      Map<String, @Nullable Object> columns, ModelVersion.Training training) {
    columns.put("job_id", training.jobId());
    columns.put("dataset", training.dataset());
    columns.put("data_sha256", training.dataSha256());
    columns.put("test_loss", training.testLoss());
    columns.put("test_accuracy", training.testAccuracy());
    columns.put("engine", training.engine());
    columns.put("engine_precision", training.precision());
    columns.put("hyperparameters", training.hyperparameters());
    columns.put("epoch", training.epoch());
    columns.put("validation_loss", training.selection().validationLoss());
    columns.put("validation_accuracy", training.selection().validationAccuracy());
    columns.put(CHOSEN_BY, training.selection().by().wireName());
    Build build = training.build();
    if (build != null) {
      columns.put("build_version", build.version());
      columns.put("build_commit", build.commit());
    }
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
                + "where v.name = :name order by v.%s %s nulls last, v.version %s limit :size offset :from"
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
        row.getInt("stack_n"),
        List.of(JSON.readValue(row.getString("classes"), String[].class)),
        new ImageShape(row.getInt("image_size")),
        ResizePolicy.of(row.getString("resize")),
        List.of(JSON.readValue(row.getString("mean"), Float[].class)),
        List.of(JSON.readValue(row.getString("standard_deviation"), Float[].class)),
        row.getString("file"),
        row.getLong("size"),
        row.getString("sha256"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        instant(row.getObject("promoted_at", OffsetDateTime.class)),
        training(row),
        row.getString("description"),
        row.getString("promotion_reason"));
  }

  private static ModelVersion.@Nullable Training training(ResultSet row) throws SQLException {
    String job = row.getString("job_id");
    if (job == null) {
      return null;
    }
    return new ModelVersion.Training(
        job,
        row.getString("dataset"),
        row.getString("data_sha256"),
        row.getDouble("test_loss"),
        row.getDouble("test_accuracy"),
        row.getString("engine"),
        row.getString("engine_precision"),
        row.getString("hyperparameters"),
        row.getInt("epoch"),
        new Selection(
            Selection.By.of(row.getString(CHOSEN_BY)),
            row.getObject("validation_loss", Double.class),
            row.getObject("validation_accuracy", Double.class)),
        build(row));
  }

  private static @Nullable Build build(ResultSet row) throws SQLException {
    String version = row.getString("build_version");
    return version == null ? null : new Build(version, row.getString("build_commit"));
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime timestamp) {
    return timestamp == null ? null : timestamp.toInstant();
  }
}
