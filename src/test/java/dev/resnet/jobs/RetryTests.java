package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.training.TrainingFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Passing faults, lasting faults, and resuming a job by hand. */
class RetryTests {
  private static final TrainingFailedException NO_CHECKPOINT =
      new TrainingFailedException("A checkpoint could not be written.", new IOException("EIO"));

  @TempDir Path home;
  private HikariDataSource dataSource;
  private JobsProcess process;

  @BeforeEach
  void start() {
    dataSource = TestDatabase.h2();
    process = new JobsProcess(dataSource, home, JobsProcess.SETTINGS, true).start();
  }

  @AfterEach
  void stop() {
    process.close();
    dataSource.close();
  }

  @Test
  void afterAPassingFaultTheJobIsRetriedFromItsCheckpoint() throws Exception {
    String id = process.submit(3);
    process.training.awaitStart();
    process.training.allow(2);
    await().until(() -> process.jobs.epochs(id, 0).size() == 2);

    process.training.failWith(NO_CHECKPOINT);
    assertThat(process.training.awaitStart()).as("resumed after epoch").isEqualTo(2);
    TrainingJob again = process.job(id);
    assertThat(again.retry()).isEqualTo(new Retry(1, "A checkpoint could not be written.", null));
    assertThat(again.crashes()).isZero();

    process.training.allow(1);
    awaitStatus(id, JobStatus.SUCCEEDED);
    assertThat(process.job(id).retry()).isEqualTo(Retry.NONE);
    assertThat(process.job(id).error()).isNull();
    assertThat(process.job(id).attempt()).isEqualTo(2);
  }

  @Test
  void aWaitingJobShowsTheErrorAndTheTimeOfTheRetry() throws Exception {
    restart(
        new JobsProperties.Retries(
            Duration.ofHours(1), Duration.ofHours(2), 3, Duration.ofMillis(5)));
    Instant before = process.store.jobs().now();
    String id = process.submit(3);
    process.training.awaitStart();
    process.training.failWith(new OutOfMemoryError("Java heap space"));

    awaitStatus(id, JobStatus.QUEUED);
    TrainingJob job = process.job(id);
    assertThat(job.error()).isNull();
    assertThat(job.retry().count()).isEqualTo(1);
    assertThat(job.retry().lastError()).startsWith("Not enough memory (Java heap space).");
    assertThat(job.retry().nextAttemptAt()).isAfterOrEqualTo(before.plusSeconds(3600));
    await()
        .untilAsserted(
            () ->
                assertThat(
                        JdbcClient.create(dataSource)
                            .sql("select count(*) from scheduled_tasks where not picked")
                            .query(Long.class)
                            .single())
                    .isEqualTo(1));

    process.jobs.cancel(id);
    assertThat(process.job(id).status()).isEqualTo(JobStatus.CANCELLED);
    assertThat(process.job(id).retry().nextAttemptAt()).isNull();
  }

  @Test
  void aPersistentFaultFailsTheJobAtTheLimit() throws Exception {
    String id = process.submit(3);
    for (int attempt = 1; attempt <= 4; attempt++) {
      process.training.awaitStart();
      process.training.failWith(NO_CHECKPOINT);
    }
    awaitStatus(id, JobStatus.FAILED);
    assertThat(process.job(id).attempt()).isEqualTo(4);
    assertThat(process.job(id).error())
        .isEqualTo(
            "A checkpoint could not be written. The failure persisted through 3 retries."
                + " Fix the cause, then resume the job.");
  }

  @Test
  void anEpochBetweenTwoFaultsResetsTheCount() throws Exception {
    String id = process.submit(7);
    for (int epoch = 0; epoch < 6; epoch++) {
      assertThat(process.training.awaitStart()).isEqualTo(epoch);
      process.training.allow(1);
      int done = epoch + 1;
      await().until(() -> process.jobs.epochs(id, 0).size() == done);
      process.training.failWith(NO_CHECKPOINT);
    }
    process.training.awaitStart();
    process.training.allow(1);
    awaitStatus(id, JobStatus.SUCCEEDED);
  }

  @Test
  void aFullDiskIsRetriedWithoutLimit() throws Exception {
    String id = process.submit(1);
    for (int attempt = 1; attempt <= 8; attempt++) {
      process.training.awaitStart();
      process.training.failWith(
          new TrainingFailedException(
              "No space for a checkpoint.", new IOException("No space left on device")));
    }
    process.training.awaitStart();
    process.training.allow(1);
    awaitStatus(id, JobStatus.SUCCEEDED);
    assertThat(process.job(id).attempt()).isEqualTo(9);
  }

  @Test
  void librariesThatCannotBeLoadedDoNotFailTheJob() throws Exception {
    String id = process.submit(1);
    for (int attempt = 1; attempt <= 5; attempt++) {
      process.training.awaitStart();
      process.training.failWith(new NoClassDefFoundError("org/nd4j/linalg/factory/Nd4j"));
    }
    process.training.awaitStart();
    assertThat(process.job(id).retry().lastError())
        .startsWith("The native libraries can't be loaded")
        .contains("org/nd4j/linalg/factory/Nd4j");
  }

  @Test
  void anUnavailableDataSetIsRequestedAgain() throws Exception {
    process.datasets.failOnceWith(new IOException("The server does not answer."));
    String id = process.submit(1);
    process.training.awaitStart();
    assertThat(process.job(id).retry().lastError()).isEqualTo("The server does not answer.");
    process.training.allow(1);
    awaitStatus(id, JobStatus.SUCCEEDED);
  }

  @Test
  void aModelThatCouldNotBeCopiedIsRegisteredByTheNextAttempt() {
    process.receiver =
        (model, promote) -> {
          process.receiver = process::register;
          throw new IOException("No space left on device");
        };
    process.training.allow(2);
    String id = process.submit(2);
    awaitStatus(id, JobStatus.SUCCEEDED);
    assertThat(process.registered).hasSize(1);
    assertThat(process.job(id).attempt()).isEqualTo(2);
  }

  @Test
  void aFailedJobIsResumedFromItsCheckpoint() throws Exception {
    String id = process.submit(3);
    process.training.awaitStart();
    process.training.allow(2);
    await().until(() -> process.jobs.epochs(id, 0).size() == 2);
    process.training.failWith(new TrainingFailedException("The loss is not a number."));
    awaitStatus(id, JobStatus.FAILED);

    TrainingJob resumed = process.jobs.resume(id).job();
    assertThat(resumed.error()).isNull();
    assertThat(resumed.finishedAt()).isNull();
    assertThat(process.training.awaitStart()).as("resumed after epoch").isEqualTo(2);
    refuses(id, "is RUNNING and can't be resumed");
    process.training.allow(1);
    awaitStatus(id, JobStatus.SUCCEEDED);
    assertThat(process.job(id).attempt()).isEqualTo(2);
    refuses(id, "is SUCCEEDED and can't be resumed");
  }

  @Test
  void aCancelledJobIsResumedEvenRightAfterItsEnd() throws Exception {
    String id = process.submit(200);
    for (int round = 1; round <= 100; round++) {
      process.training.awaitStart();
      process.jobs.cancel(id);
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofNanos(1000))
          .until(() -> process.job(id).status() == JobStatus.CANCELLED);
      assertThat(process.jobs.resume(id).job().cancelRequested()).isFalse();
    }
    process.training.awaitStart();
    assertThat(process.job(id).attempt()).isEqualTo(101);
  }

  @Test
  void aResumedJobDoesNotWaitForThePlannedRetry() throws Exception {
    restart(
        new JobsProperties.Retries(
            Duration.ofHours(1), Duration.ofHours(2), 3, Duration.ofMillis(5)));
    String id = process.submit(1);
    process.training.awaitStart();
    process.training.failWith(NO_CHECKPOINT);
    awaitStatus(id, JobStatus.QUEUED);
    var jdbc = JdbcClient.create(dataSource);
    var waiting = jdbc.sql("select count(*) from scheduled_tasks where not picked");
    await().until(() -> waiting.query(Long.class).single() == 1);

    // Simulates a cancellation before the queue entry's handler has ended.
    TrainingJob queued = process.job(id);
    process.store.jobs().move(queued, queued.cancelled(process.store.jobs().now()));
    process.jobs.resume(id);
    assertThat(process.training.awaitStart()).isZero();
  }

  @Test
  void aJobThatIsResumedRightAfterAFaultStartsAtOnce() throws Exception {
    restart(
        new JobsProperties.Retries(
            Duration.ofHours(1), Duration.ofHours(2), 1000, Duration.ofMillis(5)));
    String id = process.submit(1);
    for (int round = 1; round <= 100; round++) {
      assertThat(process.training.awaitStart()).isZero();
      process.training.failWith(NO_CHECKPOINT);
      // The run that has just ended may still hold the queue entry.
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofNanos(1000))
          .until(() -> process.job(id).status() == JobStatus.QUEUED);
      process.jobs.cancel(id);
      process.jobs.resume(id);
    }
    process.training.awaitStart();
    assertThat(process.job(id).attempt()).isEqualTo(101);
  }

  @Test
  void aResumedJobTakesAPlaceInTheQueue() throws Exception {
    process.close();
    var one = JobsProcess.settings(1, 1, 10, Duration.ofSeconds(4));
    process = new JobsProcess(dataSource, home, one, true).start();
    String cancelled = process.submit(1);
    process.training.awaitStart();
    process.jobs.cancel(cancelled);
    awaitStatus(cancelled, JobStatus.CANCELLED);
    process.submit(1);
    process.training.awaitStart();
    process.submit(1);

    assertThatThrownBy(() -> process.jobs.resume(cancelled)).isInstanceOf(QueueFullException.class);
    assertThat(process.job(cancelled).status()).isEqualTo(JobStatus.CANCELLED);
  }

  private void restart(JobsProperties.Retries retries) {
    process.close();
    process = new JobsProcess(dataSource, home, JobsProcess.settings(1, 0, retries), true).start();
  }

  private void refuses(String id, String reason) {
    assertThatThrownBy(() -> process.jobs.resume(id))
        .isInstanceOf(IllegalMoveException.class)
        .hasMessageContaining(reason);
  }

  private void awaitStatus(String id, JobStatus status) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> assertThat(process.job(id).status()).isEqualTo(status));
  }
}
