package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.training.checkpoint.TrainedModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes on one PostgreSQL database. */
class TwoSchedulersTests {
  @TempDir Path home;
  private HikariDataSource dataSource;
  private JobsProcess one;
  private JobsProcess other;

  @BeforeEach
  void open() {
    dataSource = TestDatabase.postgreSql();
  }

  @AfterEach
  void close() {
    one.training.allowAll();
    one.close();
    other.close();
    dataSource.close();
  }

  @Test
  void neverRunAJobTwice() {
    one = process(Duration.ofSeconds(4));
    other = process(Duration.ofSeconds(4));
    one.training.allowAll();
    other.training.allowAll();
    one.start();
    other.start();
    List<String> ids =
        IntStream.range(0, 100).mapToObj(i -> (i % 2 == 0 ? one : other).submit(1)).toList();

    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> one.jobs.countByStatus().get(JobStatus.SUCCEEDED) == ids.size());
    assertThat(ids).allSatisfy(id -> assertThat(one.job(id).attempt()).isEqualTo(1));
    assertThat(Stream.of(one, other).flatMap(p -> p.registered.stream()))
        .extracting(TrainedModel::jobId)
        .containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  void aProcessTakesOverTheJobsOfADeadOne() throws Exception {
    // It sends no heartbeat for an hour. The other process expects one every 50 ms, so it counts
    // this one as dead. Its only slot stays occupied, so it can't start the job again itself.
    one = process(1, Duration.ofHours(1)).start();
    String id = one.submit(2);
    one.training.awaitStart();
    one.training.ignoreStop();
    one.training.allow(1);
    await().until(() -> one.jobs.epochs(id, 0).size() == 1);

    other = process(Duration.ofMillis(50)).start();
    assertThat(other.training.awaitStart()).isEqualTo(1);
    other.training.allow(1);
    await().until(() -> other.job(id).status() == JobStatus.SUCCEEDED);
    assertThat(other.job(id).attempt()).isEqualTo(2);
  }

  @Test
  void aJobIsCancelledThroughTheProcessThatDoesNotRunIt() throws Exception {
    one = process(Duration.ofSeconds(4)).start();
    other = process(Duration.ofSeconds(4));
    String id = one.submit(1);
    one.training.awaitStart();
    other.jobs.cancel(id);
    await().until(() -> one.job(id).status() == JobStatus.CANCELLED);
  }

  @Test
  void aLostAttemptStopsItsTraining() throws Exception {
    one = process(Duration.ofSeconds(4)).start();
    other = process(Duration.ofSeconds(4));
    String id = one.submit(1);
    one.training.awaitStart();
    TrainingJob running = one.job(id);
    assertThat(other.store.jobs().move(running, running.taken(other.store.jobs().now()))).isTrue();

    await().until(() -> one.running.isIdle());
    assertThat(one.job(id).status()).isEqualTo(JobStatus.RUNNING);
    assertThat(one.job(id).attempt()).isEqualTo(2);
  }

  private JobsProcess process(Duration heartbeat) {
    return process(3, heartbeat);
  }

  private JobsProcess process(int slots, Duration heartbeat) {
    return new JobsProcess(
        dataSource, home, JobsProcess.settings(slots, 1000, 10, heartbeat), false);
  }
}
