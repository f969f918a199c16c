package dev.resnet.jobs;

import static dev.resnet.jobs.TestJobs.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class EndedJobsTests {
  private static final Instant LATER = NOW.plusSeconds(1000);

  @TempDir private Path home;

  private HikariDataSource database;
  private JdbcClient jdbc;
  private JobStore store;
  private EndedJobs ended;

  @BeforeEach
  void open() {
    database = TestDatabase.h2();
    jdbc = JdbcClient.create(database);
    var folders = new JobFolders(home);
    store =
        new JobStore(
            new TrainingJobRepository(jdbc, Clock.fixed(NOW, ZoneOffset.UTC)),
            new EpochRepository(jdbc, folders),
            new TransactionTemplate(new JdbcTransactionManager(database)),
            folders);
    ended = new EndedJobs(store, this::delete, jdbc);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void delete(String job) {
    try {
      store.jobs().delete(job);
      store.folders().delete(job);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A job with three checkpoints of four bytes. */
  private String job(JobStatus status, Instant finished) throws IOException {
    TrainingJob job = TestJobs.queued();
    store.jobs().insert(job);
    jdbc.sql("update training_job set status = ?, attempt = 2, finished_at = ? where id = ?")
        .params(status.name(), finished.atOffset(ZoneOffset.UTC), job.id())
        .update();
    for (int epoch = 1; epoch <= 3; epoch++) {
      String file = "attempt-2/epoch-000%d.zip".formatted(epoch);
      jdbc.sql(
              """
              insert into training_checkpoint (job_id, epoch, file, size, sha256, test_accuracy)
              values (?, ?, ?, 4, 'x', 0.5)
              """)
          .params(job.id(), epoch, file)
          .update();
      write(job.id(), "checkpoints/" + file);
    }
    return job.id();
  }

  private Path write(String job, String file) throws IOException {
    Path path = home.resolve("jobs").resolve(job).resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, "file");
    age(path);
    return path;
  }

  private void age(Path path) throws IOException {
    for (Path at = path; !at.equals(home); at = at.getParent()) {
      Files.setLastModifiedTime(at, FileTime.from(NOW));
    }
  }

  private List<String> checkpoints(String job) throws IOException {
    return store.folders().files(job).stream()
        .map(file -> file.getFileName().toString())
        .sorted()
        .toList();
  }

  @Test
  void onlyJobsThatEndedLongAgoAreDeleted() throws IOException {
    String old = job(JobStatus.FAILED, NOW);
    String newer = job(JobStatus.SUCCEEDED, LATER);
    String resumed = job(JobStatus.QUEUED, NOW);

    assertThat(ended.endedBefore(LATER)).containsExactly(old);
    assertThat(ended.size(old)).isEqualTo(12);
    assertThat(ended.delete(newer, LATER)).isFalse();
    assertThat(ended.delete(resumed, LATER)).isFalse();
    assertThat(ended.delete(old, LATER)).isTrue();
    assertThat(home.resolve("jobs").resolve(old)).doesNotExist();
    assertThat(checkpoints(newer)).hasSize(3);
  }

  @Test
  void whatAResumeNeedsStays() throws IOException {
    String succeeded = job(JobStatus.SUCCEEDED, NOW);
    String cancelled = job(JobStatus.CANCELLED, NOW);
    String paused = job(JobStatus.PAUSED, NOW);

    assertThat(ended.withCheckpoints(LATER)).containsExactlyInAnyOrder(succeeded, cancelled);
    assertThat(ended.checkpointsSize(succeeded)).isEqualTo(12);
    assertThat(ended.deleteCheckpoints(succeeded, LATER)).isEqualTo(12);
    assertThat(ended.deleteCheckpoints(cancelled, LATER)).isEqualTo(8);
    assertThat(ended.deleteCheckpoints(paused, LATER)).isZero();

    assertThat(checkpoints(succeeded)).isEmpty();
    assertThat(checkpoints(cancelled)).containsExactly("epoch-0003.zip");
    assertThat(store.epochs().checkpoints(cancelled)).hasSize(1);
    assertThat(checkpoints(paused)).hasSize(3);
    assertThat(ended.withCheckpoints(LATER)).isEmpty();
  }

  @Test
  void theBestCheckpointStaysIfItMayBecomeTheModel() throws IOException {
    String cancelled = job(JobStatus.CANCELLED, NOW);
    jdbc.sql("update training_job set config = ? where id = ?")
        .params(
            ConfigJson.write(TestJobs.config(5))
                .replace("\"keep\":\"last\"", "\"keep\":\"best\"")
                .replace("\"validation_fraction\":0.0", "\"validation_fraction\":0.2"),
            cancelled)
        .update();
    List<CheckpointFile> files = store.epochs().checkpoints(cancelled);
    for (int epoch = 1; epoch <= 3; epoch++) {
      double accuracy = epoch == 1 ? 0.9 : 0.5;
      store.epochs().add(cancelled, TestJobs.validated(epoch, 0.1, accuracy), files.get(epoch - 1));
    }

    assertThat(ended.deleteCheckpoints(cancelled, LATER)).isEqualTo(4);
    assertThat(checkpoints(cancelled)).containsExactly("epoch-0001.zip", "epoch-0003.zip");
    assertThat(ended.withCheckpoints(LATER)).isEmpty();
  }

  @Test
  void onlyOldFilesOfThisServiceWithoutARowAreOrphans() throws IOException {
    String job = job(JobStatus.FAILED, NOW);
    Path checkpoint = write(job, "checkpoints/attempt-1/epoch-0009.zip");
    Path partial = write(job, "checkpoints/attempt-2/epoch-0004.zip.1234.partial");
    write(job, "checkpoints/attempt-2/notes.txt");
    Path running = write(job(JobStatus.RUNNING, NOW), "checkpoints/attempt-1/epoch-0009.zip");
    Path unknown = write(UUID.randomUUID().toString(), "start.zip");
    Path foreign = write("lost+found", "start.zip");
    Path fresh = write(UUID.randomUUID().toString(), "start.zip");
    Files.setLastModifiedTime(fresh, FileTime.from(LATER));

    List<Path> orphans = ended.orphans(LATER);
    assertThat(orphans).containsExactlyInAnyOrder(checkpoint, partial, unknown.getParent());
    for (Path orphan : orphans) {
      assertThat(ended.deleteOrphan(orphan, LATER)).isTrue();
      assertThat(orphan).doesNotExist();
    }
    assertThat(ended.deleteOrphan(running, LATER)).isFalse();
    assertThat(ended.deleteOrphan(fresh.getParent(), LATER)).isFalse();
    assertThat(checkpoints(job)).hasSize(4);
    assertThat(foreign).exists();
    assertThat(ended.orphans(LATER)).isEmpty();
  }
}
