package dev.resnet.jobs;

import static dev.resnet.jobs.TestJobs.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The repositories of jobs and epochs on a database of their own, and rows to fill it with. */
abstract class RepositoriesUnderTest {
  HikariDataSource dataSource;
  TrainingJobRepository jobs;
  EpochRepository epochs;
  final JobFolders folders = new JobFolders(Path.of("/home"));

  abstract HikariDataSource database();

  @BeforeEach
  void open() {
    dataSource = database();
    var jdbc = JdbcClient.create(dataSource);
    jobs = new TrainingJobRepository(jdbc, Clock.fixed(NOW, ZoneOffset.UTC));
    epochs = new EpochRepository(jdbc, folders);
  }

  @AfterEach
  void close() {
    dataSource.close();
  }

  TrainingJob inserted() {
    TrainingJob job = TestJobs.queued();
    jobs.insert(job);
    return job;
  }

  TrainingJob taken(TrainingJob job) {
    TrainingJob taken = job.taken(NOW);
    assertThat(jobs.move(job, taken)).isTrue();
    return taken;
  }

  void add(TrainingJob job, int epoch) {
    epochs.add(job.id(), TestJobs.epoch(epoch), checkpoint(job, epoch));
  }

  CheckpointFile partial(TrainingJob job, int epoch, int step) {
    Path file = folders.checkpoints(job.id()).resolve("epoch-%d-step-%d".formatted(epoch, step));
    return new CheckpointFile(epoch, step, file, 7, "cd".repeat(32), 0);
  }

  CheckpointFile checkpoint(TrainingJob job, int epoch) {
    return new CheckpointFile(
        epoch,
        folders.checkpoints(job.id()).resolve("epoch-000" + epoch + ".zip"),
        100L + epoch,
        "ab".repeat(32),
        TestJobs.epoch(epoch).testAccuracy());
  }
}
