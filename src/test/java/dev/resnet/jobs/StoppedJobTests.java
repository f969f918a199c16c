package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that stops within an epoch continues there. */
class StoppedJobTests {
  private static final int STEPS = 2;

  @TempDir Path home;
  private HikariDataSource dataSource;
  private JobsProcess process;

  @BeforeEach
  void start() {
    dataSource = TestDatabase.h2();
    process = new JobsProcess(dataSource, home, JobsProcess.SETTINGS, true).start();
    process.training.stepsAtStop(STEPS);
  }

  @AfterEach
  void stop() {
    process.close();
    dataSource.close();
  }

  @Test
  void aShutdownKeepsTheStepsOfTheEpochUntilALaterEpochIsDone() throws Exception {
    String id = trainedForOneEpoch();
    process.close();

    assertThat(process.job(id).status()).isEqualTo(JobStatus.QUEUED);
    CheckpointFile kept = keptWithinTheEpoch(id);
    process = new JobsProcess(dataSource, home, JobsProcess.SETTINGS, true).start();
    assertThat(process.training.awaitStart()).as("resumed after epoch").isEqualTo(1);
    assertThat(kept.path()).as("not swept").exists();

    process.training.allowAll();
    await().until(() -> process.job(id).status() == JobStatus.SUCCEEDED);
    assertThat(process.store.epochs().resumable(id))
        .extracting(CheckpointFile::step)
        .containsOnly(0);
    assertThat(kept.path()).doesNotExist();
    assertThat(process.jobs.epochs(id, 0)).hasSize(3);
  }

  @Test
  void aCancelledJobContinuesWhereItWasStopped() throws Exception {
    String id = trainedForOneEpoch();
    process.jobs.cancel(id);
    await().until(() -> process.job(id).status() == JobStatus.CANCELLED);

    keptWithinTheEpoch(id);
    process.jobs.resume(id);
    assertThat(process.training.awaitStart()).isEqualTo(1);
    assertThat(process.job(id).attempt()).isEqualTo(2);
    await().until(() -> process.job(id).progress().epoch() == 2);
  }

  private String trainedForOneEpoch() throws InterruptedException {
    String id = process.submit(3);
    process.training.awaitStart();
    process.training.allow(1);
    await().until(() -> process.jobs.epochs(id, 0).size() == 1);
    return id;
  }

  /** The rows of the stopped job, whose status comes after them. */
  private CheckpointFile keptWithinTheEpoch(String id) {
    JobProgress progress = process.job(id).progress();
    assertThat(progress.epoch()).isEqualTo(2);
    assertThat(progress.iteration()).isEqualTo(progress.iterations() / 3 + STEPS);
    assertThat(process.jobs.checkpoints(id)).extracting(CheckpointFile::step).containsExactly(0);
    CheckpointFile kept = process.store.epochs().resumable(id).get(1);
    assertThat(kept.epoch()).isEqualTo(1);
    assertThat(kept.step()).isEqualTo(STEPS);
    assertThat(kept.path()).exists();
    return kept;
  }
}
