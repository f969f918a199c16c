package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

class PauseTests {
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
  void aRunningJobLeavesItsSlotAndContinuesFromItsCheckpointOnceResumed() throws Exception {
    String id = process.submit(4);
    process.training.awaitStart();
    process.training.allow(2);
    await().until(() -> process.jobs.epochs(id, 0).size() == 2);
    String next = process.submit(1);

    TrainingJob pausing = process.jobs.pause(id).job();
    assertThat(pausing.status() == JobStatus.PAUSED || pausing.pauseRequested()).isTrue();
    assertThat(process.training.awaitStart()).isZero();
    awaitStatus(next, JobStatus.RUNNING);
    TrainingJob paused = process.job(id);
    assertThat(paused.status()).isEqualTo(JobStatus.PAUSED);
    assertThat(paused.requested()).isNull();
    assertThat(paused.finishedAt()).isNull();
    assertThat(process.jobs.epochs(id, 0)).hasSize(2);
    assertThatThrownBy(() -> process.jobs.pause(id))
        .isInstanceOf(IllegalMoveException.class)
        .hasMessageContaining("can't be paused again; POST");
    assertThatThrownBy(() -> process.jobs.delete(id))
        .hasMessageContaining("is PAUSED; cancel it or wait until it ends");

    process.jobs.resume(id);
    process.training.allow(1);
    awaitStatus(next, JobStatus.SUCCEEDED);
    assertThat(process.training.awaitStart()).as("resumed after epoch").isEqualTo(2);
    process.training.allow(2);
    awaitStatus(id, JobStatus.SUCCEEDED);
    assertThat(process.job(id).attempt()).isEqualTo(2);
    assertThat(process.job(id).crashes()).isZero();
    assertThat(process.jobs.epochs(id, 0)).hasSize(4);
    assertThatThrownBy(() -> process.jobs.pause(id)).hasMessageContaining(": it has ended");
  }

  @Test
  void aQueuedJobIsPausedAtOnceAndStaysSoAfterARestart() throws Exception {
    process.submit(1);
    process.training.awaitStart();
    String id = process.submit(1);
    assertThat(process.jobs.pause(id).job().status()).isEqualTo(JobStatus.PAUSED);
    assertThat(entries(id)).isZero();
    process.close();

    process = new JobsProcess(dataSource, home, JobsProcess.SETTINGS, true);
    process.training.allowAll();
    process.start();
    awaitAllSucceeded(1);
    assertThat(process.job(id).status()).isEqualTo(JobStatus.PAUSED);
    assertThat(process.job(id).attempt()).isZero();

    process.jobs.resume(id);
    awaitStatus(id, JobStatus.SUCCEEDED);
  }

  @Test
  void aJobThatWaitsForARetryOrForItsDataIsPausedToo() throws Exception {
    process.close();
    var slow =
        new JobsProperties.Retries(
            Duration.ofHours(1), Duration.ofHours(1), 3, Duration.ofMillis(5));
    process = new JobsProcess(dataSource, home, JobsProcess.settings(1, 0, slow), true).start();
    process.training.failWith(new UncheckedIOException(new IOException("The disk is away.")));
    String retried = process.submit(1);
    await().until(() -> process.job(retried).retry().count() == 1);
    await().until(() -> entries(retried) == 1);
    TrainingJob paused = process.jobs.pause(retried).job();
    assertThat(paused.status()).isEqualTo(JobStatus.PAUSED);
    assertThat(paused.retry()).isEqualTo(new Retry(1, "The disk is away.", null));

    process.datasets.hold();
    String loading = process.submit(1);
    assertThat(process.datasets.downloading().await(10, TimeUnit.SECONDS)).isTrue();
    process.jobs.pause(loading);
    awaitStatus(loading, JobStatus.PAUSED);
    await().until(() -> process.running.isIdle());
    assertThat(process.jobs.cancel(loading).job().status()).isEqualTo(JobStatus.CANCELLED);
  }

  @Test
  void aFaultAfterThePauseWasRequestedEndsInAPause() throws Exception {
    process.training.ignoreStop();
    String id = process.submit(1);
    process.training.awaitStart();
    process.jobs.pause(id);
    process.training.failWith(new UncheckedIOException(new IOException("The disk is away.")));
    awaitStatus(id, JobStatus.PAUSED);
  }

  @Test
  void aJobThatCompletesAllTheSameSucceeds() throws Exception {
    var registering = new CountDownLatch(1);
    var paused = new CountDownLatch(1);
    process.receiver =
        (model, promote) -> {
          registering.countDown();
          awaitLatch(paused);
          return process.register(model, promote);
        };
    process.training.allow(1);
    String id = process.submit(1);
    awaitLatch(registering);
    assertThat(process.jobs.pause(id).job().pauseRequested()).isTrue();
    paused.countDown();
    awaitStatus(id, JobStatus.SUCCEEDED);
    assertThat(process.job(id).requested()).isNull();
  }

  @Test
  void aRegistrationThatIsGivenUpEndsInAPauseAndIsMadeUpFor() throws Exception {
    var registering = new CountDownLatch(1);
    var paused = new CountDownLatch(1);
    process.receiver =
        (model, promote) -> {
          registering.countDown();
          awaitLatch(paused);
          assertThat(process.stopRegistration.getAsBoolean()).isTrue();
          throw new CancellationException("no longer wanted");
        };
    process.training.allow(1);
    String id = process.submit(1);
    awaitLatch(registering);
    assertThat(process.stopRegistration.getAsBoolean()).isFalse();
    process.jobs.pause(id);
    paused.countDown();
    awaitStatus(id, JobStatus.PAUSED);
    process.receiver = process::register;
    process.training.allowAll();
    process.jobs.resume(id);
    awaitStatus(id, JobStatus.SUCCEEDED);
    assertThat(process.registered).hasSize(1);
  }

  @Test
  void aCancellationReplacesThePause() throws Exception {
    process.training.ignoreStop();
    String id = process.submit(5);
    process.training.awaitStart();
    process.jobs.pause(id);
    process.jobs.pause(id);
    assertThatThrownBy(() -> process.jobs.resume(id))
        .hasMessageContaining("it is already queued or running");
    assertThat(process.jobs.cancel(id).job().cancelRequested()).isTrue();
    assertThatThrownBy(() -> process.jobs.pause(id))
        .isInstanceOf(IllegalMoveException.class)
        .hasMessageContaining("is about to be cancelled");
    process.training.allowAll();
    awaitStatus(id, JobStatus.CANCELLED);
  }

  @Test
  void aShutdownAndACrashAfterThePauseEndInAPause() throws Exception {
    process.training.ignoreStop();
    String id = process.submit(5);
    process.training.awaitStart();
    // Only the row says so: this process hears of it from its next poll, or not at all.
    assertThat(process.store.jobs().request(id, StopRequest.PAUSE)).isTrue();
    process.running.shutDown();
    process.training.failWith(new UncheckedIOException(new IOException("Stopped.")));
    awaitStatus(id, JobStatus.PAUSED);
    process.close();

    JdbcClient.create(dataSource)
        .sql("update training_job set status = 'RUNNING', requested = 'PAUSE'")
        .update();
    process = new JobsProcess(dataSource, home, JobsProcess.SETTINGS, true).start();
    assertThat(process.job(id).status()).isEqualTo(JobStatus.PAUSED);
    assertThat(process.job(id).attempt()).isEqualTo(1);
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private long entries(String id) {
    return JdbcClient.create(dataSource)
        .sql("select count(*) from scheduled_tasks where task_instance = ? and not picked")
        .params(List.of(id))
        .query(Long.class)
        .single();
  }

  private void awaitAllSucceeded(long jobs) {
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> process.jobs.countByStatus().get(JobStatus.SUCCEEDED) == jobs);
  }

  private void awaitStatus(String id, JobStatus status) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> assertThat(process.job(id).status()).isEqualTo(status));
  }
}
