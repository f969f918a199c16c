package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.training.EpochMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that die are abandoned in the middle of an epoch: they put nothing in order. */
class CrashRecoveryTests {
  @TempDir Path home;
  private HikariDataSource dataSource;
  private final List<JobsProcess> processes = new ArrayList<>();

  @BeforeEach
  void open() {
    dataSource = TestDatabase.h2();
  }

  @AfterEach
  void close() {
    processes.forEach(process -> process.training.allowAll());
    processes.forEach(JobsProcess::close);
    dataSource.close();
  }

  @Test
  void theNextStartGoesOnFromTheLastRowUnderTheNextAttempt() throws Exception {
    JobsProcess dead = start(10);
    String id = dead.submit(4);
    abandonAfter(dead, id, 2);

    JobsProcess next = start(10);
    assertThat(next.training.awaitStart()).isEqualTo(2);
    assertThat(next.job(id).attempt()).isEqualTo(2);
    assertThat(next.job(id).crashes()).isEqualTo(1);
    next.training.allow(2);
    awaitStatus(next, id, JobStatus.SUCCEEDED);
    assertThat(next.jobs.epochs(id, 0)).extracting(EpochMetrics::epoch).containsExactly(1, 2, 3, 4);
    assertThat(next.registered).hasSize(1);
  }

  @Test
  void whatAnAbandonedWorkerWritesLaterIsRefused() throws Exception {
    JobsProcess zombie = start(10);
    String id = zombie.submit(4);
    abandonAfter(zombie, id, 1);
    JobsProcess next = start(10);
    next.training.awaitStart();

    // It wakes up and finishes its epoch: the row is another's, so nothing of it is written.
    zombie.training.allow(3);
    await().until(() -> zombie.running.isIdle());
    assertThat(next.job(id).status()).isEqualTo(JobStatus.RUNNING);
    assertThat(next.jobs.epochs(id, 0)).hasSize(1);
    assertThat(zombie.registered).isEmpty();

    next.training.allow(3);
    awaitStatus(next, id, JobStatus.SUCCEEDED);
    assertThat(next.job(id).attempt()).isEqualTo(2);
  }

  @Test
  void aDamagedCheckpointIsPassedOverAndItsEpochTrainedAgain() throws Exception {
    JobsProcess dead = start(10);
    String id = dead.submit(4);
    abandonAfter(dead, id, 3);
    Path newest = dead.store.folders().checkpoints(id).resolve("epoch-0003.zip");
    Files.writeString(newest, "half of it");
    Path stray = Files.writeString(newest.resolveSibling("epoch-0004.zip"), "without a row");

    JobsProcess next = start(10);
    assertThat(next.training.awaitStart()).isEqualTo(2);
    assertThat(next.jobs.epochs(id, 0)).hasSize(2);
    assertThat(stray).doesNotExist();
    next.training.allow(2);
    awaitStatus(next, id, JobStatus.SUCCEEDED);
    assertThat(next.jobs.epochs(id, 0)).hasSize(4);
  }

  @Test
  void aCrashBetweenTheLastEpochAndTheRegistrationRegistersOnce() throws Exception {
    JobsProcess dead = start(10);
    String id = dead.submit(2);
    abandonAfter(dead, id, 1);
    JobsProcess next = start(10);
    next.training.awaitStart();
    next.training.allow(1);
    awaitStatus(next, id, JobStatus.SUCCEEDED);
    next.close();

    // As if the process had died after the registration and before the job's last move.
    TrainingJob ended = next.job(id);
    assertThat(next.store.jobs().move(ended, resurrected(ended))).isTrue();
    JobsProcess last = start(10);
    assertThat(last.training.awaitStart()).isEqualTo(2);
    awaitStatus(last, id, JobStatus.SUCCEEDED);
    assertThat(last.registered).singleElement().extracting(m -> m.jobId()).isEqualTo(id);
  }

  @Test
  void aJobThatKillsItsProcessEachTimeFailsAtTheLimit() throws Exception {
    JobsProcess first = start(3);
    String id = first.submit(2);
    first.training.awaitStart();
    first.training.goDeaf();
    JobsProcess second = start(3);
    second.training.awaitStart();
    second.training.goDeaf();
    JobsProcess third = start(3);
    third.training.awaitStart();
    third.training.goDeaf();

    JobsProcess fourth = start(3);
    awaitStatus(fourth, id, JobStatus.FAILED);
    assertThat(fourth.job(id).attempt()).isEqualTo(3);
    assertThat(fourth.job(id).error())
        .startsWith("The service died, or lost its database, 3 times");
  }

  @Test
  void aJobThatWasToBeCancelledWhenItsProcessDiedIsCancelledByTheNextStart() throws Exception {
    JobsProcess dead = start(10);
    String id = dead.submit(2);
    dead.training.awaitStart();
    dead.training.goDeaf();
    dead.jobs.cancel(id);
    JobsProcess next = start(10);
    awaitStatus(next, id, JobStatus.CANCELLED);
    assertThat(next.job(id).attempt()).isEqualTo(1);
  }

  private static TrainingJob resurrected(TrainingJob job) {
    return new TrainingJob(
        job.id(),
        job.name(),
        job.model(),
        JobStatus.RUNNING,
        job.config(),
        job.parameters(),
        job.engine(),
        job.progress(),
        job.attempt(),
        0,
        false,
        null,
        null,
        job.createdAt(),
        job.startedAt(),
        null,
        job.promote(),
        null);
  }

  private JobsProcess start(int maxAttempts) {
    var settings = JobsProcess.settings(1, 100, maxAttempts, Duration.ofSeconds(4));
    var process = new JobsProcess(dataSource, home, settings, true).start();
    processes.add(process);
    return process;
  }

  private static void abandonAfter(JobsProcess process, String id, int epochs) throws Exception {
    process.training.awaitStart();
    process.training.goDeaf();
    process.training.allow(epochs);
    await().until(() -> process.jobs.epochs(id, 0).size() == epochs);
  }

  private static void awaitStatus(JobsProcess process, String id, JobStatus status) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> assertThat(process.job(id).status()).isEqualTo(status));
  }
}
