package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.training.EpochMetrics;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Migrates epochs and versions that were stored before there were validation images. */
class ValidationMigrationTests {

  @Test
  void onH2OldEpochsHaveNoValidationAndOldModelsAreOfTheLastEpoch() {
    try (var database = TestDatabase.h2()) {
      check(database);
    }
  }

  @Test
  void onPostgreSqlOldEpochsHaveNoValidationAndOldModelsAreOfTheLastEpoch() {
    try (var database = TestDatabase.postgreSql()) {
      check(database);
    }
  }

  private static void check(HikariDataSource database) {
    Flyway.configure().dataSource(database).cleanDisabled(false).load().clean();
    Flyway.configure().dataSource(database).target("4").load().migrate();
    var jdbc = JdbcClient.create(database);
    var now = Instant.EPOCH.atOffset(ZoneOffset.UTC);
    jdbc.sql(
            """
            insert into training_job (id, name, model, status, stack_n, dataset, config, parameters,
              attempt, crashes, cancel_requested, epoch, iteration, iterations, updated_at, created_at)
            values ('old', 'job', 'model', 'QUEUED', 1, 'synthetic', '{}', 1, 0, 0, false, 0, 0, 0,
              :now, :now)
            """)
        .param("now", now)
        .update();
    for (int epoch = 1; epoch <= 3; epoch++) {
      jdbc.sql(
              """
              insert into training_epoch (job_id, epoch, learning_rate, train_cross_entropy, l2_loss,
                train_accuracy, test_loss, test_accuracy, seconds, images_per_second, finished_at)
              values ('old', :epoch, 0.1, 1, 1, 0.5, 1, :accuracy, 1, 1, :now)
              """)
          .param("epoch", epoch)
          .param("accuracy", epoch == 2 ? 0.9 : 0.5)
          .param("now", now)
          .update();
    }
    jdbc.sql("insert into model (name, last_version) values ('model', 1)").update();
    jdbc.sql(
            """
            insert into model_version (name, version, job_id, stack_n, dataset, data_sha256, classes,
              mean, standard_deviation, test_loss, test_accuracy, engine, engine_precision,
              hyperparameters, epoch, file, size, sha256, created_at)
            values ('model', 1, 'old', 1, 'synthetic', '', '[]', '[]', '[]', 1, 0.5, 'dl4j',
              'float32', '{}', 3, '', 1, '', :now)
            """)
        .param("now", now)
        .update();

    Flyway.configure().dataSource(database).load().migrate();

    var epochs = new EpochRepository(jdbc, new JobFolders(Path.of("/home")));
    assertThat(epochs.epochs("old", 0)).hasSize(3).allMatch(epoch -> epoch.validation() == null);
    assertThat(epochs.best(List.of("old")).get("old")).extracting(EpochMetrics::epoch).isEqualTo(2);
    assertThat(jdbc.sql("select * from model_version").query().singleRow())
        .containsEntry("chosen_by", "last epoch")
        .containsEntry("validation_loss", null)
        .containsEntry("validation_accuracy", null);
  }
}
