package dev.resnet.jobs;

import static dev.resnet.jobs.TestJobs.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.training.Progress;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class RunRecorderTests {
  private final SettableClock clock = new SettableClock();
  private final JobFolders folders = new JobFolders(Path.of("/home"));
  private HikariDataSource dataSource;
  private JobStore store;
  private TrainingJob job;
  private RunHandle handle;
  private RunRecorder recorder;

  @BeforeEach
  void open() {
    dataSource = TestDatabase.h2();
    var jdbc = JdbcClient.create(dataSource);
    store =
        new JobStore(
            new TrainingJobRepository(jdbc, clock),
            new EpochRepository(jdbc, folders),
            new TransactionTemplate(new JdbcTransactionManager(dataSource)),
            folders);
    TrainingJob queued = TestJobs.queued();
    store.jobs().insert(queued);
    job = queued.taken(NOW);
    store.jobs().move(queued, job);
    handle = new RunHandle(job.id(), job.attempt());
    recorder =
        new RunRecorder(job, store, handle, new Outage(job.id(), handle, Duration.ofMillis(1)));
    recorder.started(TestJobs.ENGINE, 0, 0);
  }

  @AfterEach
  void close() {
    recorder.close();
    dataSource.close();
  }

  @Test
  void progressIsWrittenAtMostOnceASecond() {
    recorder.progress(progress(1));
    assertThat(iteration()).isEqualTo(1);
    recorder.progress(progress(2));
    assertThat(iteration()).isEqualTo(1);
    clock.now = NOW.plusMillis(999);
    recorder.progress(progress(3));
    assertThat(iteration()).isEqualTo(1);
    clock.now = NOW.plusMillis(1000);
    recorder.progress(progress(4));
    assertThat(iteration()).isEqualTo(4);
  }

  @Test
  void anEpochBringsTheProgressUpToDate() {
    recorder.progress(progress(1));
    recorder.progress(progress(10));
    recorder.epochCompleted(TestJobs.epoch(1), checkpoint(1));
    assertThat(iteration()).isEqualTo(10);
  }

  @Test
  void aCheckpointWithinAnEpochBringsTheProgressUpToDate() {
    recorder.progress(progress(1));
    recorder.checkpointed(partial(1, 4));
    assertThat(iteration()).isEqualTo(14);
    assertThat(row().progress().epoch()).isEqualTo(2);
    assertThat(row().progress().trainLoss()).isEqualTo(1.5);
    recorder.started(TestJobs.ENGINE, 1, 4);
    assertThat(iteration()).isEqualTo(14);
    assertThat(store.epochs().resumable(job.id())).containsExactly(partial(1, 4));
  }

  @Test
  void onlyWhatWasNotReachedBeforeResetsTheCountOfCrashes() {
    recorder.epochCompleted(TestJobs.epoch(1), checkpoint(1));
    recorder.checkpointed(partial(1, 4));
    crash();
    recorder.checkpointed(partial(1, 4));
    assertThat(row().crashes()).isEqualTo(1);
    recorder.epochCompleted(TestJobs.atAnotherTime(TestJobs.epoch(1)), checkpoint(1));
    assertThat(row().crashes()).isEqualTo(1);
    recorder.checkpointed(partial(1, 5));
    assertThat(row().crashes()).isZero();
    crash();
    recorder.epochCompleted(TestJobs.epoch(2), null);
    assertThat(row().crashes()).isZero();
  }

  private void crash() {
    recorder.finish();
    JdbcClient.create(dataSource).sql("update training_job set crashes = 1").update();
  }

  @Test
  void rowsOfEpochsThatNeverComeAgainGoAtTheEnd() {
    for (int epoch = 1; epoch <= 3; epoch++) {
      recorder.epochCompleted(TestJobs.epoch(epoch), null);
    }
    recorder.ended(2);
    recorder.finish();
    assertThat(store.epochs().epochs(job.id(), 0))
        .containsExactly(TestJobs.epoch(1), TestJobs.epoch(2));
  }

  @Test
  void theTimeLeftIsKnownWhileRunning() {
    recorder.progress(progress(10));
    // 20 steps of 10 images are left, at 100 images per second.
    assertThat(row().etaSeconds()).isEqualTo(2);
  }

  @Test
  void aResumedJobShowsTheProgressOfItsCheckpoint() {
    recorder.progress(progress(25));
    recorder.started(TestJobs.ENGINE, 2, 0);
    assertThat(row().progress().epoch()).isEqualTo(2);
    assertThat(iteration()).isEqualTo(20);
    assertThat(row().etaSeconds()).isNull();
  }

  @Test
  void anEpochIsWrittenCompletelyOrNotAtAll() {
    recorder.epochCompleted(TestJobs.epoch(1), checkpoint(1));
    recorder.finish();
    // The checkpoint's row violates a constraint, so the epoch's row is rolled back as well.
    recorder.epochCompleted(
        TestJobs.epoch(2), new CheckpointFile(2, checkpoint(2).path(), 10, null, 0.5));
    assertThatThrownBy(recorder::finish).isInstanceOf(DataIntegrityViolationException.class);
    assertThatThrownBy(() -> recorder.progress(progress(20)))
        .as("the training thread gets the exception")
        .isInstanceOf(DataIntegrityViolationException.class);
    assertThat(store.epochs().epochs(job.id(), 0)).containsExactly(TestJobs.epoch(1));
  }

  @Test
  void aLostAttemptWritesNoEpochAndIsStopped() {
    store.jobs().move(row(), row().taken(NOW));
    assertThat(handle.keepsState()).isTrue();
    recorder.epochCompleted(TestJobs.epoch(1), checkpoint(1));
    assertThatThrownBy(recorder::finish).isInstanceOf(LostAttemptException.class);
    assertThat(handle.keepsState()).isFalse();
    assertThat(handle.reason()).isEqualTo(RunHandle.Reason.LOST);
    assertThat(store.epochs().epochs(job.id(), 0)).isEmpty();
    assertThat(store.epochs().resumable(job.id())).isEmpty();
  }

  @Test
  void aLostAttemptWritesNoCheckpoint() {
    store.jobs().move(row(), row().taken(NOW));
    recorder.checkpointed(partial(0, 4));
    assertThatThrownBy(recorder::finish).isInstanceOf(LostAttemptException.class);
    assertThat(store.epochs().resumable(job.id())).isEmpty();
  }

  private static Progress progress(long iteration) {
    return new Progress(1, 3, iteration, 30, 1.5, 0.5, 100);
  }

  private CheckpointFile checkpoint(int epoch) {
    Path file = folders.checkpoints(job.id()).resolve("epoch-%04d.zip".formatted(epoch));
    return new CheckpointFile(epoch, file, 10, "ab".repeat(32), 0.5);
  }

  private CheckpointFile partial(int epoch, int step) {
    Path file = folders.checkpoints(job.id()).resolve("step-" + step);
    return new CheckpointFile(epoch, step, file, 10, "ab".repeat(32), 0.5);
  }

  /** The row after everything recorded has been written. */
  private TrainingJob row() {
    recorder.finish();
    return store.jobs().find(job.id()).orElseThrow();
  }

  private long iteration() {
    return row().progress().iteration();
  }

  private static final class SettableClock extends Clock {
    private Instant now = NOW;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
