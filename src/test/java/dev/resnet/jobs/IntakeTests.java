package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.checkpoint.Promote;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a queued job may start; each job takes one byte of memory per image of its batch. */
class IntakeTests {
  @TempDir Path home;
  private HikariDataSource dataSource;
  private JobsProcess process;

  @BeforeEach
  void open() {
    dataSource = TestDatabase.h2();
  }

  @AfterEach
  void close() {
    process.close();
    dataSource.close();
  }

  @Test
  void noJobStartsWhileSomethingIsMissingAndAllStartInOrderAfterwards() throws Exception {
    process = new JobsProcess(dataSource, home, JobsProcess.SETTINGS, true);
    process.missing.set(Optional.of("free disk space"));
    process.start();
    List<String> ids = List.of(process.submit(1), process.submit(1), process.submit(1));
    await()
        .untilAsserted(
            () ->
                assertThat(ids)
                    .allSatisfy(
                        id -> assertThat(process.job(id).heldFor()).isEqualTo("free disk space")));
    assertThat(process.jobs.countByStatus()).containsEntry(JobStatus.QUEUED, 3L);

    process.missing.set(Optional.of("an engine"));
    await().until(() -> "an engine".equals(process.job(ids.get(2)).heldFor()));

    process.missing.set(Optional.empty());
    for (String id : ids) {
      process.training.awaitStart();
      assertThat(process.jobs.running()).extracting(s -> s.job().id()).containsExactly(id);
      assertThat(process.job(id).heldFor()).isNull();
      process.training.allow(1);
      awaitStatus(id, JobStatus.SUCCEEDED);
      assertThat(process.job(id).attempt()).isEqualTo(1);
      assertThat(process.job(id).retry()).isEqualTo(Retry.NONE);
    }
  }

  @Test
  void aJobOfADeadProcessIsQueuedWhileNothingMayStart() throws Exception {
    process = new JobsProcess(dataSource, home, JobsProcess.SETTINGS, true);
    TrainingJob job = TestJobs.queued();
    process.store.jobs().insert(job);
    process.store.jobs().move(job, job.taken(TestJobs.NOW));
    process.missing.set(Optional.of("free disk space"));
    process.start();
    awaitStatus(job.id(), JobStatus.QUEUED);
    assertThat(process.job(job.id()).crashes()).isEqualTo(1);

    process.missing.set(Optional.empty());
    process.training.awaitStart();
    process.training.allow(3);
    awaitStatus(job.id(), JobStatus.SUCCEEDED);
    assertThat(process.job(job.id()).attempt()).isEqualTo(2);
  }

  @Test
  void jobsThatFillTheMemoryExactlyRunTogetherAndOneByteMoreWaits() throws Exception {
    process = new JobsProcess(dataSource, home, settings(4, 100), true).start();
    String one = submit(60);
    process.training.awaitStart();
    String other = submit(40);
    process.training.awaitStart();
    String third = submit(1);
    await()
        .until(
            () ->
                process.job(third).heldFor() != null
                    && process.job(third).heldFor().startsWith("memory: the job needs about"));

    process.jobs.cancel(one);
    process.training.awaitStart();
    awaitStatus(third, JobStatus.RUNNING);
    assertThat(process.job(other).status()).isEqualTo(JobStatus.RUNNING);
    assertThat(process.job(third).heldFor()).isNull();
  }

  @Test
  void aLargeJobIsNotStarvedBySmallOnes() throws Exception {
    process = new JobsProcess(dataSource, home, settings(4, 100), true).start();
    String first = submit(60);
    process.training.awaitStart();
    String large = submit(90);
    await().until(() -> process.job(large).heldFor() != null);
    // Each would fit beside the first job, but then the large one would have to wait for it too.
    String small = submit(20);
    String smaller = submit(20);

    process.training.allow(1);
    awaitStatus(first, JobStatus.SUCCEEDED);
    process.training.awaitStart();
    awaitStatus(large, JobStatus.RUNNING);
    assertThat(process.job(small).status()).isEqualTo(JobStatus.QUEUED);
    assertThat(process.job(smaller).status()).isEqualTo(JobStatus.QUEUED);

    process.training.allow(1);
    process.training.awaitStart();
    process.training.awaitStart();
    awaitStatus(small, JobStatus.RUNNING);
    awaitStatus(smaller, JobStatus.RUNNING);
  }

  @Test
  void jobsBehindACancelledOneStart() throws Exception {
    process = new JobsProcess(dataSource, home, settings(4, 100), true).start();
    submit(60);
    process.training.awaitStart();
    String large = submit(90);
    await().until(() -> process.job(large).heldFor() != null);
    String small = submit(5);
    process.jobs.cancel(large);
    process.training.awaitStart();
    awaitStatus(small, JobStatus.RUNNING);
  }

  @Test
  void aJobAloneRunsWhateverItsSize() throws Exception {
    process = new JobsProcess(dataSource, home, settings(2, 10), true).start();
    String id = submit(50);
    process.training.awaitStart();
    awaitStatus(id, JobStatus.RUNNING);
  }

  private static JobsProperties settings(int slots, long memory) {
    return JobsProcess.settings(slots, memory, JobsProcess.QUICK);
  }

  private String submit(int batchSize) {
    TrainingConfig config = TestJobs.config(1);
    var request =
        new NewJob(
            "a job",
            "a-model",
            new TrainingConfig(
                config.stackN(),
                config.dataset(),
                config.epochs(),
                batchSize,
                config.learningRate(),
                config.momentum(),
                config.weightDecay(),
                config.augmentation(),
                config.engine(),
                config.precision(),
                config.seed(),
                null,
                null),
            null,
            Promote.NEVER);
    return process.jobs.submit(request).job().id();
  }

  private void awaitStatus(String id, JobStatus status) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> assertThat(process.job(id).status()).isEqualTo(status));
  }
}
