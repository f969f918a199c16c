package dev.resnet.sweeps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.jobs.JobStatus;
import dev.resnet.jobs.QueueFullException;
import dev.resnet.jobs.RecordedJobs;
import dev.resnet.jobs.TrainingJob;
import dev.resnet.models.ModelVersion;
import dev.resnet.sweeps.NewSweep.NewPoint;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Sweeps and their rule on every database; no process runs the jobs. */
abstract class SweepsContract {
  @TempDir private Path home;
  private final List<String> promoted = new ArrayList<>();
  private HikariDataSource dataSource;
  private RecordedJobs recorded;
  private Sweeps sweeps;

  abstract HikariDataSource database();

  @BeforeEach
  void open() {
    dataSource = database();
    recorded = new RecordedJobs(dataSource, home);
    sweeps = new Sweeps(rows(), recorded.jobs(), recorded.ofSweeps(), this::promote, transaction());
  }

  @AfterEach
  void close() {
    dataSource.close();
  }

  private ModelVersion promote(String name, int version) {
    promoted.add(name + " " + version);
    return null;
  }

  private SweepRows rows() {
    return new SweepRows(JdbcClient.create(dataSource), Clock.systemUTC());
  }

  private TransactionTemplate transaction() {
    return new TransactionTemplate(new JdbcTransactionManager(dataSource));
  }

  /** As a process of its own would do it. */
  private MedianStopping rule() {
    return new MedianStopping(
        rows(), recorded.jobs(), recorded.ofSweeps(), transaction(), true, Duration.ofSeconds(1));
  }

  private SweepResult submitted(int configurations, int seeds, @Nullable Integer afterEpochs) {
    List<NewPoint> points =
        IntStream.range(0, configurations * seeds)
            .mapToObj(
                i -> {
                  int peak = 1 + i / seeds;
                  int seed = 1 + i % seeds;
                  return new NewPoint(
                      Map.of("learning_rate.value", peak, "seed", seed),
                      RecordedJobs.request(peak, seed));
                })
            .toList();
    var result = new AtomicReference<SweepResult>();
    sweeps.submit(new NewSweep("a sweep", "{\"base\": {}}", afterEpochs, points), result::set);
    return result.get();
  }

  private static String id(SweepResult result) {
    return result.summary().sweep().id();
  }

  /** By number, from 0. */
  private static List<String> jobs(SweepResult result) {
    List<Ranking.Row> rows = new ArrayList<>(result.ranking().rows());
    Collections.sort(rows, (a, b) -> Integer.compare(a.point().number(), b.point().number()));
    return rows.stream().map(row -> row.point().job()).toList();
  }

  private TrainingJob job(String id) {
    return recorded.jobs().get(id).job();
  }

  @Test
  void aSweepIsReadAsItWasSubmitted() {
    SweepResult submitted = submitted(2, 2, 5);
    SweepResult read = sweeps.get(id(submitted));

    assertThat(read.summary()).isEqualTo(submitted.summary());
    assertThat(read.ranking().rows())
        .extracting(Ranking.Row::point)
        .isEqualTo(submitted.ranking().rows().stream().map(Ranking.Row::point).toList());
    assertThat(read.summary().states()).isEqualTo(Map.of(JobStatus.QUEUED, 4L));
    assertThat(read.summary().finished()).isFalse();
    assertThat(jobs(read)).allSatisfy(job -> assertThat(job(job).sweep()).isEqualTo(id(read)));
    assertThatThrownBy(() -> sweeps.get("unknown")).isInstanceOf(UnknownSweepException.class);
  }

  @Test
  void sweepsAreListedNewestFirst() {
    String first = id(submitted(1, 1, null));
    String second = id(submitted(1, 2, null));
    assertThat(sweeps.list(false, 10, 0))
        .extracting(summary -> summary.sweep().id())
        .containsExactly(second, first);
    assertThat(sweeps.list(true, 1, 1))
        .extracting(summary -> summary.sweep().id())
        .containsExactly(second);
    assertThat(sweeps.list(false, 10, 0).get(0).states()).isEqualTo(Map.of(JobStatus.QUEUED, 2L));
    assertThat(sweeps.count()).isEqualTo(2);
  }

  @Test
  void cancellingEndsWhatHasNotEnded() {
    SweepResult sweep = submitted(3, 1, null);
    recorded.status(jobs(sweep).get(0), JobStatus.SUCCEEDED);
    recorded.status(jobs(sweep).get(1), JobStatus.RUNNING);

    SweepResult cancelled = sweeps.cancel(id(sweep));
    assertThat(cancelled.summary().states())
        .isEqualTo(Map.of(JobStatus.SUCCEEDED, 1L, JobStatus.RUNNING, 1L, JobStatus.CANCELLED, 1L));
    assertThat(job(jobs(sweep).get(1)).cancelRequested()).isTrue();
    assertThat(sweeps.cancel(id(sweep)).summary().states()).isEqualTo(cancelled.summary().states());
  }

  @Test
  void aPausedSweepIsResumed() {
    SweepResult sweep = submitted(3, 1, null);
    recorded.status(jobs(sweep).get(0), JobStatus.FAILED);

    assertThat(sweeps.pause(id(sweep)).summary().states())
        .isEqualTo(Map.of(JobStatus.FAILED, 1L, JobStatus.PAUSED, 2L));
    assertThat(sweeps.resume(id(sweep)).summary().states())
        .isEqualTo(Map.of(JobStatus.FAILED, 1L, JobStatus.QUEUED, 2L));
  }

  @Test
  void aSweepThatTheQueueHasNoPlaceForIsResumedInParts() {
    SweepResult sweep = submitted(3, 1, null);
    sweeps.pause(id(sweep));
    SweepResult other = submitted(RecordedJobs.QUEUE_CAPACITY - 2, 1, null);

    assertThatThrownBy(() -> sweeps.resume(id(sweep)))
        .isInstanceOf(QueueFullException.class)
        .hasMessageContaining("2 of the 3 paused jobs were resumed")
        .hasMessageContaining("The queue is full");
    assertThat(sweeps.get(id(sweep)).summary().states())
        .isEqualTo(Map.of(JobStatus.QUEUED, 2L, JobStatus.PAUSED, 1L));
    sweeps.cancel(id(other));
    assertThat(sweeps.resume(id(sweep)).summary().states()).isEqualTo(Map.of(JobStatus.QUEUED, 3L));
  }

  @Test
  void aDeletedJobLeavesItsValuesInTheTable() {
    SweepResult sweep = submitted(2, 1, null);
    String job = jobs(sweep).get(0);
    recorded.status(job, JobStatus.FAILED);
    recorded.jobs().delete(job);

    Ranking.Row row =
        sweeps.get(id(sweep)).ranking().rows().stream()
            .filter(each -> each.point().number() == 1)
            .findFirst()
            .orElseThrow();
    assertThat(row.point().job()).isNull();
    assertThat(row.status()).isNull();
    assertThat(row.point().values()).containsEntry("learning_rate.value", 1);
  }

  @Test
  void aSweepIsDeletedOnceItsJobsHaveEnded() {
    SweepResult sweep = submitted(2, 1, null);
    String id = id(sweep);
    assertThatThrownBy(() -> sweeps.delete(id, true))
        .isInstanceOf(SweepConflictException.class)
        .hasMessage(
            "2 of the 2 jobs of the sweep have not ended; POST /api/v1/sweeps/%s/cancel cancels"
                    .formatted(id)
                + " them.");

    sweeps.cancel(id);
    sweeps.delete(id, false);
    assertThatThrownBy(() -> sweeps.get(id)).isInstanceOf(UnknownSweepException.class);
    assertThat(jobs(sweep)).allSatisfy(job -> assertThat(job(job).sweep()).isNull());

    SweepResult other = submitted(2, 1, null);
    sweeps.cancel(id(other));
    sweeps.delete(id(other), true);
    assertThat(recorded.jobs().countByStatus().get(JobStatus.CANCELLED)).isEqualTo(2);
  }

  @Test
  void theBestModelIsPromoted() {
    SweepResult sweep = submitted(2, 1, null);
    assertThatThrownBy(() -> sweeps.promote(id(sweep)))
        .isInstanceOf(SweepConflictException.class)
        .hasMessage("No job of the sweep has succeeded yet: there is no model to promote.");

    for (int i = 0; i < 2; i++) {
      recorded.epochs(jobs(sweep).get(i), 0.5 + i / 10.0);
      recorded.status(jobs(sweep).get(i), JobStatus.SUCCEEDED);
      JdbcClient.create(dataSource)
          .sql("update training_job set model_version = :version where id = :id")
          .param("version", i + 1)
          .param("id", jobs(sweep).get(i))
          .update();
    }
    assertThat(sweeps.promote(id(sweep)).winner().point().number()).isEqualTo(2);
    assertThat(promoted).containsExactly("a-model 2");
  }

  @Test
  void theRuleStopsARunningJobOnce() {
    SweepResult sweep = submitted(4, 1, 2);
    List<String> ids = jobs(sweep);
    recorded.epochs(ids.get(0), 0.5, 0.6, 0.7);
    recorded.status(ids.get(0), JobStatus.SUCCEEDED);
    recorded.epochs(ids.get(1), 0.4, 0.5);
    recorded.status(ids.get(1), JobStatus.CANCELLED);
    recorded.epochs(ids.get(2), 0.3, 0.5);
    recorded.status(ids.get(2), JobStatus.RUNNING);
    recorded.epochs(ids.get(3), 0.1);
    recorded.status(ids.get(3), JobStatus.RUNNING);

    MedianStopping rule = rule();
    rule.check();
    assertThat(job(ids.get(3)).requested()).isNull(); // one epoch is not enough
    recorded.epochs(ids.get(3), 0.2);
    rule.check();

    // The averages of the others are 0.55, 0.45 and 0.4.
    TrainingJob stopped = job(ids.get(3));
    assertThat(stopped.cancelRequested()).isTrue();
    assertThat(stopped.stopReason())
        .isEqualTo(
            "Stopped by the median rule at epoch 2: its best validation accuracy, 0.2, is below"
                + " 0.45, the median of the averages of the sweep's other jobs up to that epoch.");
    assertThat(job(ids.get(2)).requested()).isNull();
    assertThat(sweeps.get(id(sweep)).ranking().rows())
        .filteredOn(row -> row.point().number() == 4)
        .singleElement()
        .satisfies(row -> assertThat(row.point().stoppedAtEpoch()).isEqualTo(2));

    // Another process, or this one after a restart, changes nothing, also not after a third epoch.
    recorded.epochs(ids.get(3), 0.2);
    rule().check();
    assertThat(job(ids.get(3))).isEqualTo(stopped);
  }

  @Test
  void aJobThatAUserResumedIsNotStoppedAgain() {
    SweepResult sweep = submitted(4, 1, 1);
    List<String> ids = jobs(sweep);
    for (int i = 0; i < 4; i++) {
      recorded.epochs(ids.get(i), 0.9 - i / 10.0);
      recorded.status(ids.get(i), i == 3 ? JobStatus.RUNNING : JobStatus.SUCCEEDED);
    }
    rule().check();
    assertThat(job(ids.get(3)).cancelRequested()).isTrue();

    recorded.status(ids.get(3), JobStatus.CANCELLED);
    TrainingJob resumed = recorded.jobs().resume(ids.get(3)).job();
    assertThat(resumed.stopReason()).isNull();
    recorded.status(ids.get(3), JobStatus.RUNNING);
    rule().check();
    assertThat(job(ids.get(3)).requested()).isNull();
    assertThat(job(ids.get(3)).stopReason()).isNull();
  }

  @Test
  void aUsersRequestComesFirst() {
    SweepResult sweep = submitted(4, 1, 1);
    List<String> ids = jobs(sweep);
    for (int i = 0; i < 4; i++) {
      recorded.epochs(ids.get(i), 0.9 - i / 10.0);
      recorded.status(ids.get(i), i == 3 ? JobStatus.RUNNING : JobStatus.SUCCEEDED);
    }
    recorded.jobs().pause(ids.get(3));
    rule().check();
    assertThat(job(ids.get(3)).pauseRequested()).isTrue();
    assertThat(job(ids.get(3)).stopReason()).isNull();
    assertThat(sweeps.get(id(sweep)).ranking().rows())
        .allSatisfy(row -> assertThat(row.point().stoppedAtEpoch()).isNull());
  }

  @Test
  void aJobWithAllItsEpochsIsLeftAlone() {
    SweepResult sweep = submitted(4, 1, 1);
    List<String> ids = jobs(sweep);
    for (int i = 0; i < 4; i++) {
      double[] all = new double[10];
      Arrays.fill(all, 0.9 - i / 10.0);
      recorded.epochs(ids.get(i), all);
      recorded.status(ids.get(i), i == 3 ? JobStatus.RUNNING : JobStatus.SUCCEEDED);
    }
    rule().check();
    assertThat(job(ids.get(3)).requested()).isNull();
  }

  @Test
  void withoutARuleNothingIsStopped() {
    SweepResult sweep = submitted(4, 1, null);
    List<String> ids = jobs(sweep);
    for (int i = 0; i < 4; i++) {
      recorded.epochs(ids.get(i), 0.9 - i / 10.0);
      recorded.status(ids.get(i), i == 3 ? JobStatus.RUNNING : JobStatus.SUCCEEDED);
    }
    rule().check();
    assertThat(job(ids.get(3)).requested()).isNull();
  }
}
