package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.training.checkpoint.Promote;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The order of the queue. */
class PriorityTests {
  @TempDir Path home;
  private HikariDataSource dataSource;
  private final List<JobsProcess> processes = new ArrayList<>();

  @AfterEach
  void close() {
    processes.forEach(process -> process.training.allowAll());
    processes.forEach(JobsProcess::close);
    dataSource.close();
  }

  @Test
  void theHigherPriorityComesFirstThenTheOlderJobAndARequeuedOneKeepsItsPlace() throws Exception {
    dataSource = TestDatabase.h2();
    JobsProcess process = process(1, true).start();
    String running = submit(process, 0);
    process.training.awaitStart();
    String low = submit(process, -100);
    String first = submit(process, 7);
    String second = submit(process, 7);
    String raised = submit(process, 0);
    process.jobs.change(raised, null, 100);
    process.jobs.change(low, "renamed", null);
    assertThat(process.job(low).name()).isEqualTo("renamed");
    // It runs on, and is taken up again after the one that was raised.
    process.jobs.change(running, null, 50);
    process.close();

    JobsProcess next = process(1, true).start();
    for (String id : List.of(raised, running, first, second, low)) {
      next.training.awaitStart();
      assertThat(next.jobs.running()).extracting(s -> s.job().id()).containsExactly(id);
      next.training.allow(1);
      await().until(() -> next.job(id).status() == JobStatus.SUCCEEDED);
    }
    assertThatThrownBy(() -> next.jobs.change(low, "x", 1))
        .isInstanceOf(IllegalMoveException.class)
        .hasMessageEndingWith("is SUCCEEDED and can't be given another priority: it has ended.");
    assertThat(next.job(low).name()).isEqualTo("renamed");
    next.jobs.change(low, "x", null);
    assertThat(next.job(low).name()).isEqualTo("x");
    assertThatThrownBy(() -> next.jobs.change("none", "x", null))
        .isInstanceOf(UnknownJobException.class);
  }

  @Test
  void aPausedJobIsResumedWithThePriorityThatItWasGivenMeanwhile() throws Exception {
    dataSource = TestDatabase.h2();
    JobsProcess process = process(1, true).start();
    submit(process, 0);
    process.training.awaitStart();
    String paused = submit(process, 0);
    process.jobs.pause(paused);
    String other = submit(process, 1);
    process.jobs.change(paused, null, 2);
    process.jobs.resume(paused);
    process.training.allow(1);
    process.training.awaitStart();
    assertThat(process.job(paused).status()).isEqualTo(JobStatus.RUNNING);
    assertThat(process.job(other).status()).isEqualTo(JobStatus.QUEUED);
  }

  @Test
  void aJobOfAHigherPriorityPassesOneThatWaitsForMemory() throws Exception {
    dataSource = TestDatabase.h2();
    var settings = JobsProcess.settings(3, 25, JobsProcess.QUICK);
    var process = new JobsProcess(dataSource, home, settings, true);
    processes.add(process);
    process.start();
    submit(process, 0); // each takes 10 of the 25 bytes
    submit(process, 0);
    process.training.awaitStart();
    process.training.awaitStart();
    String held = submit(process, 0);
    await().until(() -> process.job(held).heldFor() != null);
    String urgent = submit(process, 1);
    await().until(() -> process.job(urgent).heldFor() != null);
    process.training.allow(1);
    process.training.awaitStart();
    assertThat(process.job(urgent).status()).isEqualTo(JobStatus.RUNNING);
    assertThat(process.job(held).status()).isEqualTo(JobStatus.QUEUED);
    await().until(() -> process.job(held).heldFor() != null);
    process.training.allow(1);
    process.training.awaitStart();
    assertThat(process.job(held).status()).isEqualTo(JobStatus.RUNNING);
  }

  @Test
  void aRetriedJobKeepsItsAge() throws Exception {
    dataSource = TestDatabase.h2();
    var retries =
        new JobsProperties.Retries(
            Duration.ofHours(1), Duration.ofHours(1), 3, Duration.ofMillis(5));
    var process =
        new JobsProcess(dataSource, home, JobsProcess.settings(1, 0, retries), true).start();
    processes.add(process);
    String retried = submit(process, 0);
    process.training.awaitStart();
    String second = submit(process, 0);
    String third = submit(process, 0);
    process.training.failWith(new UncheckedIOException(new IOException("The disk is away.")));
    process.training.awaitStart();
    assertThat(process.job(second).status()).isEqualTo(JobStatus.RUNNING);
    await().until(() -> process.job(retried).status() == JobStatus.QUEUED);

    // The hour is over.
    var jdbc = JdbcClient.create(dataSource);
    jdbc.sql("update training_job set next_attempt_at = now() where id = ?")
        .params(List.of(retried))
        .update();
    jdbc.sql("update scheduled_tasks set execution_time = now() where task_instance = ?")
        .params(List.of(retried))
        .update();
    var entry =
        jdbc.sql("select execution_time from scheduled_tasks where task_instance = ?")
            .params(List.of(retried));
    await()
        .until(
            () ->
                entry
                    .query(OffsetDateTime.class)
                    .single()
                    .toInstant()
                    .equals(process.job(retried).createdAt()));
    process.training.allow(1);
    process.training.awaitStart();
    assertThat(process.job(retried).status()).isEqualTo(JobStatus.RUNNING);
    assertThat(process.job(third).status()).isEqualTo(JobStatus.QUEUED);
  }

  @Test
  void twoProcessesTakeJobsInTheSameOrder() throws Exception {
    dataSource = TestDatabase.postgreSql();
    JobsProcess one = process(1, false);
    JobsProcess other = process(1, false);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      ids.add(submit(i % 2 == 0 ? one : other, i % 4));
    }
    one.training.allowAll();
    other.training.allowAll();
    one.start();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> one.jobs.countByStatus().get(JobStatus.SUCCEEDED) >= 2);
    other.start();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> one.jobs.countByStatus().get(JobStatus.SUCCEEDED) == ids.size());
    // Each process takes one after another, so at most one job passes a start of the other process.
    List<TrainingJob> started =
        ids.stream()
            .map(one::job)
            .sorted((a, b) -> a.startedAt().compareTo(b.startedAt()))
            .toList();
    for (int i = 0; i + 2 < started.size(); i++) {
      assertThat(started.get(i).priority()).isGreaterThanOrEqualTo(started.get(i + 2).priority());
    }
  }

  private JobsProcess process(int slots, boolean sole) {
    var settings = JobsProcess.settings(slots, 100, 10, Duration.ofSeconds(4));
    var process = new JobsProcess(dataSource, home, settings, sole);
    processes.add(process);
    return process;
  }

  private static String submit(JobsProcess process, int priority) {
    var request =
        new NewJob("a job", "a-model", TestJobs.config(1), null, Promote.NEVER, priority, null);
    return process.jobs.submit(request).job().id();
  }
}
