package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** Migrates jobs that were stored before there were events. */
class EventsMigrationTests {
  private static final String ERROR = "C:\\tmp: \"no\"\n\tspace";

  @Test
  void onH2TheHistoryOfEarlierJobsStartsWithTheirStatus() {
    try (var database = TestDatabase.h2()) {
      check(database);
    }
  }

  @Test
  void onPostgreSqlTheHistoryOfEarlierJobsStartsWithTheirStatus() {
    try (var database = TestDatabase.postgreSql()) {
      check(database);
    }
  }

  private static void check(HikariDataSource database) {
    Flyway.configure().dataSource(database).cleanDisabled(false).load().clean();
    Flyway.configure().dataSource(database).target("7").load().migrate();
    var jdbc = JdbcClient.create(database);
    insert(jdbc, "failed", "FAILED", ERROR, null);
    insert(jdbc, "succeeded", "SUCCEEDED", null, 3);

    Flyway.configure().dataSource(database).load().migrate();

    var events = new JobEvents(jdbc, Clock.systemUTC(), 10);
    var failed = JsonMapper.shared().readTree(only(events, "failed").data());
    assertThat(failed.path("status").asString()).isEqualTo("FAILED");
    assertThat(failed.path("attempt").asInt()).isEqualTo(2);
    assertThat(failed.path("error").asString()).isEqualTo(ERROR);
    assertThat(failed.path("model_version").isNull()).isTrue();
    var succeeded = JsonMapper.shared().readTree(only(events, "succeeded").data());
    assertThat(succeeded.path("error").isNull()).isTrue();
    assertThat(succeeded.path("model_version").asInt()).isEqualTo(3);
    TrainingJob any = TestJobs.queued();
    assertThat(succeeded.propertyNames())
        .as("the fields of new events")
        .containsExactlyElementsOf(
            JsonMapper.shared().readTree(EventJson.status(any)).propertyNames());
  }

  private static JobEvent only(JobEvents events, String job) {
    List<JobEvent> found = events.after(job, 0, 2);
    assertThat(found).hasSize(1);
    assertThat(found.get(0).type()).isEqualTo(JobEvent.Type.STATUS);
    return found.get(0);
  }

  private static void insert(
      JdbcClient jdbc, String id, String status, String error, Integer version) {
    jdbc.sql(
            """
            insert into training_job (id, name, model, status, stack_n, dataset, config, parameters,
              attempt, crashes, cancel_requested, epoch, iteration, iterations, updated_at, created_at,
              error, model_version)
            values (:id, 'job', 'model', :status, 1, 'synthetic', '{}', 1, 2, 0, false, 0, 0, 0,
              :now, :now, :error, :version)
            """)
        .param("id", id)
        .param("status", status)
        .param("now", Instant.EPOCH.atOffset(ZoneOffset.UTC))
        .param("error", error)
        .param("version", version)
        .update();
  }
}
