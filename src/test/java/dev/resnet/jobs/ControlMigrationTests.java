package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Migrates jobs and queue entries that were stored before there were pauses and priorities. */
class ControlMigrationTests {

  @Test
  void onH2RequestsAndEntriesAreKept() {
    try (var database = TestDatabase.h2()) {
      check(database);
    }
  }

  @Test
  void onPostgreSqlRequestsAndEntriesAreKept() {
    try (var database = TestDatabase.postgreSql()) {
      check(database);
    }
  }

  private static void check(HikariDataSource database) {
    Flyway.configure().dataSource(database).cleanDisabled(false).load().clean();
    Flyway.configure().dataSource(database).target("7").load().migrate();
    var jdbc = JdbcClient.create(database);
    for (boolean cancel : new boolean[] {true, false}) {
      jdbc.sql(
              """
              insert into training_job (id, name, model, status, stack_n, dataset, config, parameters,
                attempt, crashes, cancel_requested, epoch, iteration, iterations, updated_at, created_at)
              values (:id, 'job', 'model', 'RUNNING', 1, 'synthetic', '{}', 1, 1, 0, :cancel, 0, 0, 0,
                :now, :now)
              """)
          .param("id", "" + cancel)
          .param("cancel", cancel)
          .param("now", Instant.EPOCH.atOffset(ZoneOffset.UTC))
          .update();
    }
    entry(jdbc, "before");

    Flyway.configure().dataSource(database).load().migrate();

    // Null would come before every priority.
    entry(jdbc, "after");
    Map<String, String> requested = new HashMap<>();
    jdbc.sql("select id, requested from training_job where priority = 0 and sweep_id is null")
        .query(
            row -> {
              requested.put(row.getString("id"), row.getString("requested"));
            });
    assertThat(requested).hasSize(2).containsEntry("true", "CANCEL").containsEntry("false", null);
    assertThat(jdbc.sql("select priority from scheduled_tasks").query(Integer.class).list())
        .containsExactly(0, 0);
  }

  private static void entry(JdbcClient jdbc, String job) {
    jdbc.sql(
            """
            insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version)
            values ('training-job', :job, :now, false, 1)
            """)
        .param("job", job)
        .param("now", Instant.EPOCH.atOffset(ZoneOffset.UTC))
        .update();
  }
}
