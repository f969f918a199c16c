package dev.resnet.evaluation;

import dev.resnet.evaluation.ListedEvaluation.Figures;
import dev.resnet.models.EvaluationMetrics;
import dev.resnet.models.ModelVersion;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** The table of evaluations, in SQL for both H2 and PostgreSQL. */
final class EvaluationRows {
  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final JdbcClient jdbc;

  EvaluationRows(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  void insert(Evaluation e) {
    jdbc.sql(
            """
            insert into model_evaluation (id, name, version, dataset, data_sha256, split, metrics,
              figures, engine, engine_precision, seconds, created_at, file, size, sha256)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        .params(
            e.id(),
            e.model(),
            e.version(),
            e.dataset(),
            e.dataSha256(),
            e.split().wireName(),
            JSON.writeValueAsString(e.metrics()),
            JSON.writeValueAsString(Figures.of(e.metrics())),
            e.engine(),
            e.precision(),
            e.seconds(),
            e.createdAt().atOffset(ZoneOffset.UTC),
            e.file(),
            e.size(),
            e.sha256())
        .update();
  }

  void delete(String id) {
    jdbc.sql("delete from model_evaluation where id = ?").param(id).update();
  }

  Optional<Evaluation> find(ModelVersion version, String dataSha256, Split split) {
    return jdbc.sql(
            """
            select * from model_evaluation
            where name = ? and version = ? and data_sha256 = ? and split = ?
            """)
        .params(version.name(), version.version(), dataSha256, split.wireName())
        .query(EvaluationRows::map)
        .optional();
  }

  /** The newest one on any version of a data set. */
  Optional<Evaluation> newest(ModelVersion version, String dataset, Split split) {
    return jdbc.sql(
            """
            select * from model_evaluation
            where name = ? and version = ? and dataset = ? and split = ?
            order by created_at desc, id fetch first row only
            """)
        .params(version.name(), version.version(), dataset, split.wireName())
        .query(EvaluationRows::map)
        .optional();
  }

  Optional<Evaluation> find(ModelVersion version, String id) {
    return jdbc.sql("select * from model_evaluation where name = ? and version = ? and id = ?")
        .params(version.name(), version.version(), id)
        .query(EvaluationRows::map)
        .optional();
  }

  /**
   * Of a version, by time. Their metrics are not read, since those of a page may take gigabytes.
   */
  List<ListedEvaluation> list(ModelVersion version, boolean ascending, int size, long from) {
    String direction = ascending ? "asc" : "desc";
    return jdbc
        .sql(
            """
            select id, dataset, data_sha256, split, figures, engine, engine_precision, seconds, created_at
            from model_evaluation where name = ? and version = ?
            order by created_at %s, id limit ? offset ?
            """
                .formatted(direction))
        .params(version.name(), version.version(), size, from)
        .query(EvaluationRows::listed)
        .list()
        .stream()
        .flatMap(row -> row.complete(this).stream())
        .toList();
  }

  /**
   * A row of the list.
   *
   * @param figures null in rows that were written before there was such a column
   */
  private record Row(
      String id,
      String dataset,
      String dataSha256,
      Split split,
      String engine,
      String precision,
      double seconds,
      Instant createdAt,
      @Nullable String figures) {

    /** Empty if it is gone by now. */
    Optional<ListedEvaluation> complete(EvaluationRows rows) {
      Optional<Figures> known =
          figures == null ? rows.figures(id) : Optional.of(JSON.readValue(figures, Figures.class));
      return known.map(
          now ->
              new ListedEvaluation(
                  id, dataset, dataSha256, split, engine, precision, seconds, createdAt, now));
    }
  }

  private Optional<Figures> figures(String id) {
    return jdbc.sql("select metrics from model_evaluation where id = ?")
        .param(id)
        .query(String.class)
        .optional()
        .map(metrics -> Figures.of(JSON.readValue(metrics, EvaluationMetrics.class)));
  }

  private static Row listed(ResultSet row, int index) throws SQLException {
    return new Row(
        row.getString("id"),
        row.getString("dataset"),
        row.getString("data_sha256"),
        Split.of(row.getString("split")),
        row.getString("engine"),
        row.getString("engine_precision"),
        row.getDouble("seconds"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getString("figures"));
  }

  long count(ModelVersion version) {
    return jdbc.sql("select count(*) from model_evaluation where name = ? and version = ?")
        .params(version.name(), version.version())
        .query(Long.class)
        .single();
  }

  private static Evaluation map(ResultSet row, int index) throws SQLException {
    return new Evaluation(
        row.getString("id"),
        row.getString("name"),
        row.getInt("version"),
        row.getString("dataset"),
        row.getString("data_sha256"),
        Split.of(row.getString("split")),
        JSON.readValue(row.getString("metrics"), EvaluationMetrics.class),
        row.getString("engine"),
        row.getString("engine_precision"),
        row.getDouble("seconds"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getString("file"),
        row.getLong("size"),
        row.getString("sha256"));
  }
}
