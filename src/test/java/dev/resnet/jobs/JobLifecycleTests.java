package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.training.ClassWeights;
import dev.resnet.training.EarlyStopping;
import dev.resnet.training.EpochMetrics;
import dev.resnet.training.Freeze;
import dev.resnet.training.Keep;
import dev.resnet.training.StartFrom;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.TrainingFailedException;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Selection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;

class JobLifecycleTests {
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
  void aJobIsTrainedMeasuredAndRegistered() {
    process.training.allow(3);
    String id = process.submit(3);

    awaitStatus(id, JobStatus.SUCCEEDED);
    JobSnapshot snapshot = process.jobs.get(id);
    TrainingJob job = snapshot.job();
    assertThat(job.attempt()).isEqualTo(1);
    assertThat(job.modelVersion()).isEqualTo(1);
    assertThat(job.engine()).isEqualTo(TestJobs.ENGINE);
    assertThat(job.progress().fraction()).isEqualTo(1);
    assertThat(job.finishedAt()).isAfterOrEqualTo(job.startedAt());
    assertThat(snapshot.latest()).isEqualTo(TestJobs.epoch(3));
    assertThat(snapshot.best()).isEqualTo(TestJobs.epoch(2));
    assertThat(process.jobs.epochs(id, 1)).extracting(EpochMetrics::epoch).containsExactly(2, 3);
    assertThat(process.registered)
        .singleElement()
        .satisfies(
            model -> {
              assertThat(model.jobId()).isEqualTo(id);
              assertThat(model.model()).isEqualTo("a-model");
              assertThat(model.checkpoint().epoch()).isEqualTo(3);
              assertThat(model.testAccuracy()).isEqualTo(TestJobs.epoch(3).testAccuracy());
              assertThat(model.engine()).isEqualTo("dl4j");
              assertThat(model.hyperparameters()).isEqualTo(ConfigJson.write(job.config()));
            });
    awaitNoEntries();
  }

  @Test
  void theBestEpochOfAnEarlyStoppedJobIsRegisteredAlsoAfterACrash() throws Exception {
    // The highest validation accuracy is that of epoch 3; epoch 2 has the highest test accuracy.
    double[] accuracies = {0.5, 0.6, 0.9, 0.7, 0.8, 0.99};
    double[] losses = {1, 0.5, 0.6, 0.5, 0.5, 0.1};
    IntFunction<EpochMetrics> script =
        epoch -> TestJobs.validated(epoch, losses[epoch - 1], accuracies[epoch - 1]);
    process.training.metrics(script);
    TrainingConfig config = TestJobs.config(6).choosing(0.2, Keep.BEST, new EarlyStopping(3, 0));
    String id =
        process.jobs.submit(new NewJob("a job", "a-model", config, null, Promote.NEVER)).job().id();
    process.training.awaitStart();
    process.training.allow(4);
    await().until(() -> process.jobs.epochs(id, 0).size() == 4);
    process.close();

    process = new JobsProcess(dataSource, home, JobsProcess.SETTINGS, true);
    process.training.metrics(script);
    process.training.allowAll();
    process.start();
    awaitStatus(id, JobStatus.SUCCEEDED);
    JobSnapshot snapshot = process.jobs.get(id);
    assertThat(snapshot.latest().epoch()).as("three epochs without an improvement").isEqualTo(5);
    assertThat(snapshot.job().stoppedEarly()).isTrue();
    assertThat(snapshot.best()).isEqualTo(script.apply(3));
    assertThat(snapshot.kept()).isEqualTo(script.apply(3));
    assertThat(process.jobs.checkpoints(id))
        .extracting(CheckpointFile::epoch)
        .containsExactly(3, 4, 5);
    assertThat(process.registered)
        .singleElement()
        .satisfies(
            model -> {
              assertThat(model.checkpoint().epoch()).isEqualTo(3);
              assertThat(model.checkpoint().path()).hasContent("weights of 3");
              assertThat(model.testAccuracy()).isEqualTo(TestJobs.epoch(3).testAccuracy());
              assertThat(model.selection())
                  .isEqualTo(new Selection(Selection.By.VALIDATION, 0.6, 0.9));
            });
  }

  @Test
  void jobsRunInTheOrderOfTheirSubmissionOneAtATime() throws Exception {
    String first = process.submit(1);
    process.training.awaitStart();
    String second = process.submit(1);
    String third = process.submit(1);
    assertThat(process.job(second).status()).isEqualTo(JobStatus.QUEUED);
    assertThat(process.jobs.running()).extracting(s -> s.job().id()).containsExactly(first);

    process.training.allow(1);
    awaitStatus(first, JobStatus.SUCCEEDED);
    process.training.awaitStart();
    assertThat(process.job(second).status()).isEqualTo(JobStatus.RUNNING);
    assertThat(process.job(third).status()).isEqualTo(JobStatus.QUEUED);

    process.training.allow(2);
    awaitStatus(third, JobStatus.SUCCEEDED);
    assertThat(process.jobs.countByStatus()).containsEntry(JobStatus.SUCCEEDED, 3L);
  }

  @Test
  void aQueuedJobIsCancelledAtOnceAndNeverRuns() throws Exception {
    String running = process.submit(1);
    process.training.awaitStart();
    String queued = process.submit(1);

    assertThat(process.jobs.cancel(queued).job().status()).isEqualTo(JobStatus.CANCELLED);
    process.training.allowAll();
    awaitStatus(running, JobStatus.SUCCEEDED);
    awaitNoEntries();
    assertThat(process.job(queued).attempt()).isZero();
    assertThatThrownBy(() -> process.jobs.cancel(queued))
        .isInstanceOf(IllegalMoveException.class)
        .hasMessageContaining("is CANCELLED and can't be cancelled");
  }

  @Test
  void aRunningJobIsCancelledAndKeepsItsEpochs() throws Exception {
    String id = process.submit(5);
    process.training.awaitStart();
    process.training.allow(2);
    await().until(() -> process.jobs.epochs(id, 0).size() == 2);

    assertThat(process.jobs.cancel(id).job().cancelRequested()).isTrue();
    awaitStatus(id, JobStatus.CANCELLED);
    assertThat(process.job(id).finishedAt()).isNotNull();
    assertThat(process.jobs.epochs(id, 0)).hasSize(2);
    assertThat(process.registered).isEmpty();
    awaitNoEntries();
  }

  @Test
  void aJobThatWaitsForItsDataIsCancelledToo() throws Exception {
    process.datasets.hold();
    String id = process.submit(1);
    assertThat(process.datasets.downloading().await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.job(id).status()).isEqualTo(JobStatus.RUNNING);

    process.jobs.cancel(id);
    awaitStatus(id, JobStatus.CANCELLED);
  }

  @Test
  void aCancellationRequestOfAnotherProcessIsSeen() throws Exception {
    String id = process.submit(1);
    process.training.awaitStart();
    process.store.jobs().request(id, StopRequest.CANCEL);
    awaitStatus(id, JobStatus.CANCELLED);
  }

  @Test
  void aFailureEndsTheJobWithItsReasonAndTheNextOneRuns() {
    process.training.failWith(new TrainingFailedException("The loss is not a number in epoch 1."));
    String id = process.submit(1);
    awaitStatus(id, JobStatus.FAILED);
    assertThat(process.job(id).error()).isEqualTo("The loss is not a number in epoch 1.");
    awaitNoEntries();

    process.training.failWith(new NullPointerException());
    String other = process.submit(1);
    awaitStatus(other, JobStatus.FAILED);
    assertThat(process.job(other).error())
        .isEqualTo("Unexpected NullPointerException. The service's log has the details.");
  }

  @Test
  void aShortDatabaseOutageDoesNotFailTheJob() throws Exception {
    String id = process.submit(2);
    process.training.awaitStart();
    process.training.allow(1);
    await().until(() -> process.jobs.epochs(id, 0).size() == 1);
    process.training.failWith(new DataAccessResourceFailureException("connection refused"));

    assertThat(process.training.awaitStart()).as("resumed after epoch").isEqualTo(1);
    process.training.allow(1);
    awaitStatus(id, JobStatus.SUCCEEDED);
    assertThat(process.job(id).attempt()).isEqualTo(2);
  }

  @Test
  void aFullQueueRefusesTheNextJobAndSaysWhenToRetry() throws Exception {
    process.close();
    var two = JobsProcess.settings(1, 2, 10, Duration.ofSeconds(4));
    process = new JobsProcess(dataSource, home, two, true).start();
    process.submit(1);
    process.training.awaitStart();
    process.submit(1);
    String last = process.submit(1);

    assertThatThrownBy(() -> process.submit(1))
        .isInstanceOfSatisfying(
            QueueFullException.class,
            e -> assertThat(e.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofHours(1)))
        .hasMessage(
            "The queue is full: 2 jobs are waiting. Try again later, or cancel one of them.");
    process.jobs.cancel(last);
    assertThat(process.submit(1)).isNotNull();
  }

  @Test
  void aJobThatDoesNotFitIntoMemoryIsRefused() {
    var config = TestJobs.config(1);
    var deep =
        new TrainingConfig(
            101,
            config.dataset(),
            1,
            10,
            config.learningRate(),
            0.9,
            0,
            config.augmentation(),
            config.engine(),
            config.precision(),
            1,
            null,
            null);
    assertThatThrownBy(
            () -> process.jobs.submit(new NewJob("deep", "deep", deep, null, Promote.NEVER)))
        .isInstanceOf(TooLittleMemoryException.class)
        .hasMessage("It would take 70 GB; there are 8 GB.");
  }

  @Test
  void onlyAnEndedJobIsDeletedTogetherWithItsFiles() throws Exception {
    process.training.allow(1);
    String id = process.submit(2);
    await().until(() -> process.jobs.epochs(id, 0).size() == 1);
    assertThatThrownBy(() -> process.jobs.delete(id))
        .isInstanceOf(IllegalMoveException.class)
        .hasMessageContaining("is RUNNING; cancel it or wait");

    process.training.allow(1);
    awaitStatus(id, JobStatus.SUCCEEDED);
    assertThat(process.jobs.checkpoints(id))
        .extracting(CheckpointFile::path)
        .allSatisfy(file -> assertThat(file).exists());
    process.jobs.delete(id);
    assertThatThrownBy(() -> process.jobs.get(id)).isInstanceOf(UnknownJobException.class);
    assertThat(home.resolve("jobs").resolve(id)).doesNotExist();
  }

  @Test
  void aJobStartsFromAnothersCheckpointEvenIfThatIsDeleted() throws Exception {
    process.training.allow(2);
    String first = process.submit(2);
    awaitStatus(first, JobStatus.SUCCEEDED);
    var any = new StartRequest(null, null, first, null, null);
    StartFrom newest = process.starts.find(any, Freeze.BACKBONE).from();
    assertThat(newest.epoch()).isEqualTo(2);
    byte[] weights = Files.readAllBytes(process.jobs.checkpoints(first).get(1).path());
    assertThatThrownBy(
            () -> process.starts.find(new StartRequest(null, null, first, 3, null), Freeze.NONE))
        .isInstanceOf(UnknownStartException.class)
        .hasMessage("must be an epoch whose checkpoint is kept, was 3; there are 1, 2");

    // What a crash left before the row was written.
    Path crashed = Files.createDirectories(home.resolve("jobs/crashed")).resolve("start.zip");
    Files.write(crashed, weights);
    Files.setLastModifiedTime(crashed, FileTime.from(Instant.now().minus(2, ChronoUnit.HOURS)));
    TrainingConfig config = TestJobs.config(1).fitting(0, ClassWeights.NONE, newest);
    var request = new NewJob("second", "m", config, null, Promote.NEVER);
    String second = process.jobs.submit(request).job().id();
    process.jobs.delete(first);
    process.training.allow(1);
    awaitStatus(second, JobStatus.SUCCEEDED);
    assertThat(process.training.startedFrom()).isEqualTo(weights);

    assertThatThrownBy(() -> process.jobs.submit(request))
        .isInstanceOf(UnknownStartException.class)
        .hasMessageContaining("is not a job");
    assertThat(home.resolve("jobs").toFile().list()).containsExactly(second);
  }

  @Test
  void aShutdownRequeuesTheJobAndTheNextStartResumesIt() throws Exception {
    String id = process.submit(4);
    String behind = process.submit(1);
    process.training.awaitStart();
    process.training.allow(2);
    await().until(() -> process.jobs.epochs(id, 0).size() == 2);

    process.close();
    TrainingJob queued = process.job(id);
    assertThat(queued.status()).isEqualTo(JobStatus.QUEUED);
    assertThat(queued.progress().imagesPerSecond()).isNull();

    process = new JobsProcess(dataSource, home, JobsProcess.SETTINGS, true).start();
    assertThat(process.training.awaitStart()).as("resumed after epoch").isEqualTo(2);
    assertThat(process.job(behind).status()).isEqualTo(JobStatus.QUEUED);
    process.training.allow(3);
    awaitStatus(behind, JobStatus.SUCCEEDED);
    assertThat(process.job(id).attempt()).isEqualTo(2);
    assertThat(process.job(id).crashes()).isZero();
    assertThat(process.jobs.epochs(id, 0)).hasSize(4);
  }

  @Test
  void aShutdownDuringADownloadDoesNotWaitForIt() throws Exception {
    process.datasets.hold();
    String id = process.submit(1);
    assertThat(process.datasets.downloading().await(10, TimeUnit.SECONDS)).isTrue();
    process.close();
    assertThat(process.job(id).status()).isEqualTo(JobStatus.QUEUED);
  }

  @Test
  void aJobWhoseEntryIsMissingIsQueuedAgainByTheNextStart() {
    process.close();
    TrainingJob orphan = TestJobs.queued();
    process.store.jobs().insert(orphan);
    process = new JobsProcess(dataSource, home, JobsProcess.SETTINGS, true);
    process.training.allowAll();
    process.start();
    awaitStatus(orphan.id(), JobStatus.SUCCEEDED);
  }

  private void awaitStatus(String id, JobStatus status) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> assertThat(process.job(id).status()).isEqualTo(status));
  }

  /** The queue entry is removed right after the job's last transition. */
  private void awaitNoEntries() {
    var jdbc = JdbcClient.create(dataSource);
    await()
        .untilAsserted(
            () ->
                assertThat(
                        jdbc.sql("select count(*) from scheduled_tasks").query(Long.class).single())
                    .isZero());
  }
}
