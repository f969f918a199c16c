package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Migrates jobs that were stored before the column 'promote' existed. */
class PromoteMigrationTests {

  @Test
  void onH2OnlyJobsThatHaveEndedKeepTheOldRule() {
    try (var database = TestDatabase.h2()) {
      check(database);
    }
  }

  @Test
  void onPostgreSqlOnlyJobsThatHaveEndedKeepTheOldRule() {
    try (var database = TestDatabase.postgreSql()) {
      check(database);
    }
  }

  private static void check(HikariDataSource database) {
    Flyway.configure().dataSource(database).cleanDisabled(false).load().clean();
    Flyway.configure().dataSource(database).target("3").load().migrate();
    var jdbc = JdbcClient.create(database);
    for (JobStatus status : JobStatus.values()) {
      jdbc.sql(
              """
              insert into training_job (id, name, model, status, stack_n, dataset, config, parameters,
                attempt, crashes, cancel_requested, epoch, iteration, iterations, updated_at, created_at)
              values (:status, 'job', 'model', :status, 1, 'synthetic', '{}', 1, 0, 0, false, 0, 0, 0,
                :now, :now)
              """)
          .param("status", status.name())
          .param("now", Instant.EPOCH.atOffset(ZoneOffset.UTC))
          .update();
    }

    Flyway.configure().dataSource(database).load().migrate();

    Map<String, String> promote = new TreeMap<>();
    jdbc.sql("select status, promote from training_job")
        .query(
            row -> {
              promote.put(row.getString("status"), row.getString("promote"));
            });
    assertThat(promote)
        .isEqualTo(
            Map.of(
                "QUEUED", "if_better",
                "RUNNING", "if_better",
                "PAUSED", "if_better",
                "SUCCEEDED", "always",
                "FAILED", "always",
                "CANCELLED", "always"));
  }
}
