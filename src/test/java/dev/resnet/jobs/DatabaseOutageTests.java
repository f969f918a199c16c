package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessResourceFailureException;

/** The database becomes unavailable during training, and comes back. */
class DatabaseOutageTests {
  private static final int EPOCHS = 6;

  @TempDir Path home;
  private HikariDataSource dataSource;
  private SwitchedDataSource database;
  private JobsProcess process;

  @BeforeEach
  void open() {
    dataSource = TestDatabase.h2();
    database = new SwitchedDataSource(dataSource);
    process = new JobsProcess(database, home, JobsProcess.SETTINGS, true).start();
  }

  @AfterEach
  void close() {
    database.bringBack();
    process.training.allowAll();
    process.close();
    dataSource.close();
  }

  @Test
  void trainingContinuesDuringAnOutageAndLosesNothing() throws Exception {
    String id = process.submit(EPOCHS);
    process.training.awaitStart();
    process.training.allow(1);
    await().until(() -> process.jobs.epochs(id, 0).size() == 1);

    database.takeAway();
    process.training.allow(EPOCHS - 1);
    process.training.awaitEnd();
    await().until(database::missed);
    Path folder = process.store.folders().checkpoints(id).resolve("attempt-1");
    assertThat(names(folder))
        .as("no file is deleted before its row")
        .containsExactly(
            IntStream.rangeClosed(1, EPOCHS)
                .mapToObj("epoch-%04d.zip"::formatted)
                .toArray(String[]::new));

    database.bringBack();
    awaitStatus(id, JobStatus.SUCCEEDED);
    TrainingJob job = process.job(id);
    assertThat(job.attempt()).isEqualTo(1);
    assertThat(job.progress().fraction()).isEqualTo(1);
    assertThat(process.jobs.epochs(id, 0))
        .isEqualTo(IntStream.rangeClosed(1, EPOCHS).mapToObj(TestJobs::epoch).toList());
    assertThat(process.jobs.checkpoints(id))
        .extracting(CheckpointFile::epoch)
        .containsExactly(2, 5, 6);
    assertThat(names(folder)).containsExactly("epoch-0002.zip", "epoch-0005.zip", "epoch-0006.zip");
    assertThat(process.registered).hasSize(1);
  }

  @Test
  void aModelIsRegisteredOnceTheRegistrysDatabaseIsBack() throws Exception {
    process.receiver =
        (model, promote) -> {
          process.receiver = process::register;
          throw new DataAccessResourceFailureException("connection refused");
        };
    process.training.allow(1);
    String id = process.submit(1);
    awaitStatus(id, JobStatus.SUCCEEDED);
    assertThat(process.job(id).attempt()).isEqualTo(1);
    assertThat(process.registered).hasSize(1);
  }

  @Test
  void aShutdownDoesNotWaitForTheDatabase() throws Exception {
    String id = process.submit(3);
    process.training.awaitStart();
    process.training.allow(1);
    await().until(() -> process.jobs.epochs(id, 0).size() == 1);
    database.takeAway();
    process.training.allow(1);
    await().until(database::missed);

    process.close();
    database.bringBack();
    assertThat(process.running.isIdle()).isTrue();
    assertThat(process.jobs.epochs(id, 0)).extracting(EpochMetrics::epoch).containsExactly(1);

    process = new JobsProcess(database, home, JobsProcess.SETTINGS, true).start();
    assertThat(process.training.awaitStart()).as("resumed after epoch").isEqualTo(1);
    process.training.allow(2);
    awaitStatus(id, JobStatus.SUCCEEDED);
    assertThat(process.jobs.epochs(id, 0)).hasSize(3);
  }

  @Test
  void aJobThatAnotherWorkerTookMeanwhileIsStopped() throws Exception {
    String id = process.submit(3);
    process.training.awaitStart();
    database.takeAway();
    process.training.allow(1);
    await().until(database::missed);

    // Another worker reaches the database first.
    var other = new JobsProcess(dataSource, home, JobsProcess.SETTINGS, true);
    TrainingJob running = other.job(id);
    assertThat(other.store.jobs().move(running, running.taken(other.store.jobs().now()))).isTrue();
    database.bringBack();
    await().until(() -> process.running.isIdle());
    assertThat(process.job(id).attempt()).isEqualTo(2);
    assertThat(process.jobs.epochs(id, 0)).isEmpty();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void awaitStatus(String id, JobStatus status) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> assertThat(process.job(id).status()).isEqualTo(status));
  }
}
