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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Recovery after crashes. A crash is simulated by abandoning a process in the middle of an epoch,
 * without any cleanup.
 */
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
  void theNextStartResumesFromTheLastRowUnderTheNextAttempt() throws Exception {
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
  void laterWritesOfAnAbandonedWorkerAreRefused() throws Exception {
    JobsProcess zombie = start(10);
    String id = zombie.submit(4);
    zombie.training.weights("the abandoned worker's");
    abandonAfter(zombie, id, 1);
    JobsProcess next = start(10);
    next.training.weights("the new owner's");
    next.training.awaitStart();
    next.training.allow(1);
    await().until(() -> next.jobs.epochs(id, 0).size() == 2);

    // The abandoned worker continues and finishes its epochs. The row belongs to another attempt,
    // so its writes have no effect.
    zombie.training.allow(3);
    await().until(() -> zombie.running.isIdle());
    assertThat(next.job(id).status()).isEqualTo(JobStatus.RUNNING);
    assertThat(next.jobs.epochs(id, 0)).hasSize(2);
    assertThat(zombie.registered).isEmpty();
    assertThat(weights(next, id))
        .containsExactly("the abandoned worker's weights of 1", "the new owner's weights of 2");

    next.training.allow(2);
    awaitStatus(next, id, JobStatus.SUCCEEDED);
    assertThat(next.job(id).attempt()).isEqualTo(2);
    assertThat(weights(next, id))
        .containsExactly(
            "the new owner's weights of 2",
            "the new owner's weights of 3",
            "the new owner's weights of 4");
    assertThat(next.registered)
        .singleElement()
        .satisfies(
            model ->
                assertThat(model.checkpoint().path()).hasContent("the new owner's weights of 4"));
  }

  @Test
  void anAbandonedWorkerThatStartsLateDeletesNothingOfTheNewOwner() throws Exception {
    JobsProcess first = start(10);
    String id = first.submit(4);
    abandonAfter(first, id, 1);
    TrainingJob abandoned = first.job(id);
    JobsProcess next = start(10);
    next.training.awaitStart();
    next.training.allow(1);
    await().until(() -> next.jobs.epochs(id, 0).size() == 2);

    // It sweeps with the rows that it read before it lost the job.
    first.store.folders().sweep(abandoned, List.of());
    assertThat(next.jobs.checkpoints(id))
        .hasSize(2)
        .allSatisfy(file -> assertThat(file.path()).exists());
  }

  @Test
  void jobsResumeFromCheckpointsOfThePreviousLayout() throws Exception {
    JobsProcess dead = start(10);
    String id = dead.submit(3);
    abandonAfter(dead, id, 2);
    for (CheckpointFile file : dead.jobs.checkpoints(id)) {
      Files.move(
          file.path(),
          dead.store.folders().checkpoints(id).resolve(file.path().getFileName().toString()));
      JdbcClient.create(dataSource)
          .sql("update training_checkpoint set file = :name where job_id = :id and epoch = :epoch")
          .param("name", file.path().getFileName().toString())
          .param("id", id)
          .param("epoch", file.epoch())
          .update();
    }

    JobsProcess next = start(10);
    assertThat(next.training.awaitStart()).isEqualTo(2);
    next.training.allow(1);
    awaitStatus(next, id, JobStatus.SUCCEEDED);
    assertThat(next.jobs.checkpoints(id)).extracting(CheckpointFile::epoch).containsExactly(2, 3);
    assertThat(next.jobs.checkpoints(id)).allSatisfy(file -> assertThat(file.path()).exists());
  }

  @Test
  void aDamagedCheckpointIsSkippedAndItsEpochTrainedAgain() throws Exception {
    JobsProcess dead = start(10);
    String id = dead.submit(4);
    abandonAfter(dead, id, 3);
    Path newest = dead.jobs.checkpoints(id).get(1).path();
    Files.writeString(newest, "half of it");
    Path stray = Files.writeString(newest.resolveSibling("epoch-0004.zip"), "without a row");

    JobsProcess next = start(10);
    assertThat(next.training.awaitStart()).isEqualTo(2);
    await().until(() -> next.jobs.checkpoints(id).size() == 1);
    assertThat(next.jobs.epochs(id, 0)).as("epoch 3 comes again").hasSize(3);
    assertThat(stray).doesNotExist();
    await().untilAsserted(() -> assertThat(newest).doesNotExist());
    next.training.allow(2);
    awaitStatus(next, id, JobStatus.SUCCEEDED);
    assertThat(next.jobs.epochs(id, 0)).hasSize(4);
  }

  @Test
  void unreachableCheckpointsKeepTheirRowsAndTheJobResumesWhenTheyAreBack() throws Exception {
    JobsProcess dead = start(10);
    String id = dead.submit(3);
    abandonAfter(dead, id, 2);
    Path folder = dead.store.folders().checkpoints(id);
    Path away = Files.move(folder, home.resolve("away"));

    JobsProcess next = start(10);
    awaitStatus(next, id, JobStatus.FAILED); // after three quick retries
    assertThat(next.job(id).error()).contains(folder + "").endsWith("then resume the job.");
    assertThat(next.jobs.epochs(id, 0)).hasSize(2);
    assertThat(next.jobs.checkpoints(id)).hasSize(2);

    Files.move(away, folder);
    next.jobs.resume(id);
    assertThat(next.training.awaitStart()).as("resumed after epoch").isEqualTo(2);
    next.training.allow(1);
    awaitStatus(next, id, JobStatus.SUCCEEDED);
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

    // Simulates a process that died before the registration.
    JdbcClient.create(dataSource)
        .sql("update training_job set status = 'RUNNING', model_version = null where id = :id")
        .param("id", id)
        .update();
    JobsProcess last = start(10);
    assertThat(last.training.awaitStart()).isEqualTo(2);
    awaitStatus(last, id, JobStatus.SUCCEEDED);
    assertThat(last.registered).singleElement().extracting(m -> m.jobId()).isEqualTo(id);
  }

  @Test
  void aRegisteredJobIsNotCancelledByTheNextStart() throws Exception {
    aRegisteredJobSucceeds("requested = 'CANCEL'", 10);
  }

  @Test
  void aRegisteredJobSucceedsEvenAtTheLimitOfCrashes() throws Exception {
    aRegisteredJobSucceeds("crashes = 2", 3);
  }

  /**
   * Simulates a process that died after the registration.
   *
   * @param change what else happened to the job's row
   */
  private void aRegisteredJobSucceeds(String change, int maxAttempts) throws Exception {
    JobsProcess first = start(10);
    String id = first.submit(1);
    first.training.allow(1);
    awaitStatus(first, id, JobStatus.SUCCEEDED);
    first.close();
    JdbcClient.create(dataSource)
        .sql(
            "update training_job set status = 'RUNNING', model_version = null, %s where id = :id"
                .formatted(change))
        .param("id", id)
        .update();

    var settings = JobsProcess.settings(1, 100, maxAttempts, Duration.ofSeconds(4));
    var next = new JobsProcess(dataSource, home, settings, true);
    next.registered.addAll(first.registered);
    processes.add(next.start());
    awaitStatus(next, id, JobStatus.SUCCEEDED);
    assertThat(next.job(id).modelVersion()).isEqualTo(1);
    assertThat(next.job(id).attempt()).isEqualTo(1);
  }

  @Test
  void aJobThatAlwaysKillsItsProcessFailsAtTheLimit() throws Exception {
    JobsProcess first = start(3);
    String id = first.submit(2);
    first.training.awaitStart();
    first.training.ignoreStop();
    JobsProcess second = start(3);
    second.training.awaitStart();
    second.training.ignoreStop();
    JobsProcess third = start(3);
    third.training.awaitStart();
    third.training.ignoreStop();

    JobsProcess fourth = start(3);
    awaitStatus(fourth, id, JobStatus.FAILED);
    assertThat(fourth.job(id).attempt()).isEqualTo(3);
    assertThat(fourth.job(id).error())
        .startsWith("The service crashed or lost its database 3 times");
  }

  @Test
  void aCancellationRequestOfADeadProcessIsHonouredByTheNextStart() throws Exception {
    JobsProcess dead = start(10);
    String id = dead.submit(2);
    dead.training.awaitStart();
    dead.training.ignoreStop();
    dead.jobs.cancel(id);
    JobsProcess next = start(10);
    awaitStatus(next, id, JobStatus.CANCELLED);
    assertThat(next.job(id).attempt()).isEqualTo(1);
  }

  @Test
  void aJobWithoutASlotAfterACrashIsQueuedAndCanBeCancelled() throws Exception {
    var twoSlots = JobsProcess.settings(2, 1000, JobsProcess.QUICK);
    JobsProcess dead = new JobsProcess(dataSource, home, twoSlots, true).start();
    processes.add(dead);
    String first = dead.submit(2);
    dead.training.awaitStart();
    String second = dead.submit(2);
    dead.training.awaitStart();
    dead.training.ignoreStop();

    JobsProcess next = start(10); // with one slot
    next.training.awaitStart();
    // The two are taken over one after the other.
    String waiting =
        await()
            .until(
                () ->
                    Stream.of(first, second)
                        .filter(id -> next.job(id).status() == JobStatus.QUEUED)
                        .findFirst(),
                Optional::isPresent)
            .orElseThrow();
    assertThat(next.job(waiting).crashes()).isEqualTo(1);
    assertThat(next.jobs.cancel(waiting).job().status()).isEqualTo(JobStatus.CANCELLED);
  }

  private JobsProcess start(int maxAttempts) {
    var settings = JobsProcess.settings(1, 100, maxAttempts, Duration.ofSeconds(4));
    var process = new JobsProcess(dataSource, home, settings, true).start();
    processes.add(process);
    return process;
  }

  private static void abandonAfter(JobsProcess process, String id, int epochs) throws Exception {
    process.training.awaitStart();
    process.training.ignoreStop();
    process.training.allow(epochs);
    await().until(() -> process.jobs.epochs(id, 0).size() == epochs);
  }

  private static List<String> weights(JobsProcess process, String id) throws IOException {
    List<String> weights = new ArrayList<>();
    for (CheckpointFile file : process.jobs.checkpoints(id)) {
      weights.add(Files.readString(file.path()));
    }
    return weights;
  }

  private static void awaitStatus(JobsProcess process, String id, JobStatus status) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> assertThat(process.job(id).status()).isEqualTo(status));
  }
}
