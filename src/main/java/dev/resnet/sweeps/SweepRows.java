package dev.resnet.sweeps;

import dev.resnet.jobs.JobStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The rows of sweeps and of their points. */
final class SweepRows {
  private static final JsonMapper JSON = new JsonMapper();

  private final JdbcClient jdbc;
  private final Clock clock;

  SweepRows(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** The time in microseconds, the precision of both databases. */
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  void insert(Sweep sweep, List<Point> points) {
    jdbc.sql(
            """
            insert into sweep (id, name, request, size, after_epochs, created_at)
            values (:id, :name, :request, :size, :afterEpochs, :createdAt)
            """)
        .param("id", sweep.id())
        .param("name", sweep.name())
        .param("request", sweep.request())
        .param("size", sweep.size())
        .param("afterEpochs", sweep.afterEpochs())
        .param("createdAt", sweep.createdAt().atOffset(ZoneOffset.UTC))
        .update();
    for (Point point : points) {
      jdbc.sql(
              """
              insert into sweep_job (sweep_id, number, job_id, point)
              values (:sweep, :number, :job, :point)
              """)
          .param("sweep", sweep.id())
          .param("number", point.number())
          .param("job", point.job())
          .param("point", JSON.writeValueAsString(point.values()))
          .update();
    }
  }

  Optional<Sweep> find(String id) {
    return jdbc.sql("select * from sweep where id = :id")
        .param("id", id)
        .query((row, n) -> sweep(row))
        .optional();
  }

  /** Newest first, unless ascending. */
  List<Sweep> list(boolean ascending, int size, long offset) {
    return jdbc.sql(
            "select * from sweep order by submission %s limit :size offset :offset"
                .formatted(ascending ? "asc" : "desc"))
        .param("size", size)
        .param("offset", offset)
        .query((row, n) -> sweep(row))
        .list();
  }

  long count() {
    return jdbc.sql("select count(*) from sweep").query(Long.class).single();
  }

  private static Sweep sweep(ResultSet row) throws SQLException {
    return new Sweep(
        row.getString("id"),
        row.getString("name"),
        row.getString("request"),
        row.getInt("size"),
        row.getObject("after_epochs", Integer.class),
        row.getObject("created_at", OffsetDateTime.class).toInstant());
  }

  List<Point> points(String sweep) {
    return jdbc.sql("select * from sweep_job where sweep_id = :sweep order by number")
        .param("sweep", sweep)
        .query(
            (row, n) ->
                new Point(
                    row.getInt("number"),
                    JSON.readValue(
                        row.getString("point"),
                        new TypeReference<Map<String, @Nullable Object>>() {}),
                    row.getString("job_id"),
                    row.getObject("stopped_at_epoch", Integer.class)))
        .list();
  }

  /** How many jobs of each sweep are in each state; deleted jobs are not counted. */
  Map<String, Map<JobStatus, Long>> states(Collection<String> sweeps) {
    Map<String, Map<JobStatus, Long>> states = new HashMap<>();
    if (sweeps.isEmpty()) {
      return states;
    }
    jdbc.sql(
            """
            select p.sweep_id, j.status, count(*) as jobs
            from sweep_job p join training_job j on j.id = p.job_id
            where p.sweep_id in (:sweeps) group by p.sweep_id, j.status
            """)
        .param("sweeps", sweeps)
        .query(
            row -> {
              states
                  .computeIfAbsent(
                      row.getString("sweep_id"), sweep -> new EnumMap<>(JobStatus.class))
                  .put(JobStatus.valueOf(row.getString("status")), row.getLong("jobs"));
            });
    return states;
  }

  /** The sweeps with a median rule that have a running job. */
  List<Sweep> ruled() {
    return jdbc.sql(
            """
            select * from sweep s where s.after_epochs is not null and exists (
              select 1 from sweep_job p join training_job j on j.id = p.job_id
              where p.sweep_id = s.id and j.status = 'RUNNING')
            """)
        .query((row, n) -> sweep(row))
        .list();
  }

  /** Writes that the median rule stops a job; false if it has decided about this job before. */
  boolean markStopped(String sweep, int number, int epoch) {
    return jdbc.sql(
                """
                update sweep_job set stopped_at_epoch = :epoch
                where sweep_id = :sweep and number = :number and stopped_at_epoch is null
                """)
            .param("epoch", epoch)
            .param("sweep", sweep)
            .param("number", number)
            .update()
        == 1;
  }

  boolean delete(String id) {
    return jdbc.sql("delete from sweep where id = :id").param("id", id).update() == 1;
  }
}
