package dev.resnet.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.database.DyingDatabase;
import dev.resnet.files.AtomicFiles;
import dev.resnet.files.Disk;
import dev.resnet.files.Disk.Mode;
import dev.resnet.files.EveryOperation;
import dev.resnet.files.Sha256;
import dev.resnet.files.VolumeFiles;
import dev.resnet.models.RegistryUnderTest;
import dev.resnet.models.TrainedModels;
import dev.resnet.training.Freeze;
import dev.resnet.training.StartFrom;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Checkpoints;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.TrainedModel;
import dev.resnet.training.checkpoint.TrainingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whichever operation on a job's files fails: it is done, or it is as before and can be repeated.
 */
class JobFileFaultTests {
  @TempDir private Path home;
  private final Disk disk = new Disk();
  private final HikariDataSource healthy = TestDatabase.h2();
  private final DyingDatabase database = new DyingDatabase(healthy, disk::dead);

  @AfterEach
  void close() {
    healthy.close();
  }

  @ParameterizedTest
  @EnumSource
  void aCheckpointIsCompleteOrAbsent(Mode mode) throws Exception {
    ComputationGraph graph = TrainedModels.network(1);
    Path folder = disk.at(home).resolve("jobs/a/checkpoints/attempt-1");
    var checkpoints = new Checkpoints(folder);
    CheckpointFile first = checkpoints.write(graph, state(1), 0.5);
    int operations =
        EveryOperation.fails(
            disk,
            mode,
            new EveryOperation.Work() {
              private CheckpointFile written;

              @Override
              public void prepare(int k) throws IOException {
                Files.deleteIfExists(folder.resolve("epoch-0002.zip"));
              }

              @Override
              public void run(int k) throws IOException {
                written = checkpoints.write(graph, state(2), 0.5);
              }

              @Override
              public void check(int k, @Nullable Throwable thrown) throws IOException {
                assertThat(Sha256.of(first.path())).isEqualTo(first.sha256());
                Path second = folder.resolve("epoch-0002.zip");
                if (thrown == null) {
                  assertThat(Sha256.of(second)).isEqualTo(written.sha256());
                } else if (Files.exists(second)) {
                  assertThat(mode).isEqualTo(Mode.DEATH);
                  assertThat(Checkpoints.state(second).epoch()).isEqualTo(2);
                }
                if (mode != Mode.DEATH) {
                  assertThat(VolumeFiles.entries(folder)).hasSize(thrown == null ? 2 : 1);
                }
                assertClassified(mode, thrown);
              }
            });
    assertThat(operations).isGreaterThan(mode == Mode.NO_SPACE ? 2 : 8);
  }

  @ParameterizedTest
  @EnumSource
  void aRegisteredModelHasItsFiles(Mode mode) throws Exception {
    var registry = new RegistryUnderTest(disk.at(home).resolve("models"), database);
    int operations =
        EveryOperation.fails(
            disk,
            mode,
            new EveryOperation.Work() {
              private TrainedModel model;

              @Override
              public void prepare(int k) throws IOException {
                Files.write(file(k), new byte[100_000]);
                model = TrainedModels.of(file(k), "model-" + k, "job-" + k);
              }

              @Override
              public void run(int k) throws IOException {
                registry.register(model);
              }

              @Override
              public void check(int k, @Nullable Throwable thrown) throws IOException {
                if (thrown == null) {
                  assertThat(registry.isRegistered("job-" + k)).isTrue();
                }
                assertClassified(mode, thrown);
                registry.register(model);
                assertThat(registry.isRegistered("job-" + k)).isTrue();
                registry.assertEveryVersionIsComplete("model-" + k);
                registry.later(Duration.ofHours(2));
                registry.register(TrainedModels.of(file(k), "model-" + k, "other-" + k));
                registry.assertNothingElse("model-" + k);
              }
            });
    assertThat(operations).isGreaterThan(mode == Mode.NO_SPACE ? 5 : 20);
  }

  private Path file(int k) {
    return disk.at(home).resolve("network-" + k);
  }

  @ParameterizedTest
  @EnumSource
  void anAcceptedJobHasItsStartingWeights(Mode mode) throws Exception {
    try (JobsProcess process = process()) {
      CheckpointFile source = checkpointOf(process, TestJobs.queued(), 1);
      NewJob request = startingFrom(process, source);
      EveryOperation.fails(
          disk,
          mode,
          new EveryOperation.Work() {
            @Override
            public void run(int k) {
              process.jobs.submit(request);
            }

            @Override
            public void check(int k, @Nullable Throwable thrown) throws IOException {
              assertThat(jobs(process)).isEqualTo(thrown == null ? 2 : 1);
              assertClassified(mode, thrown);
              for (TrainingJob job : process.store.jobs().unfinished()) {
                if (job.config().startFrom() != null) {
                  assertThat(Sha256.of(process.store.folders().start(job.id())))
                      .isEqualTo(source.sha256());
                  process.jobs.cancel(job.id());
                  process.jobs.delete(job.id());
                }
              }
              process
                  .store
                  .folders()
                  .deleteUnaccepted(
                      Instant.now().plusSeconds(60),
                      id -> process.store.jobs().find(id).isPresent());
              assertThat(VolumeFiles.entries(home.resolve("jobs"))).hasSize(1);
            }
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDeletedJobIsGoneOrHasAllItsFiles(Mode mode) throws Exception {
    try (JobsProcess process = process()) {
      EveryOperation.fails(
          disk,
          mode,
          new EveryOperation.Work() {
            private TrainingJob job;
            private List<CheckpointFile> kept;

            @Override
            public void prepare(int k) throws IOException {
              job = TestJobs.queued();
              checkpointOf(process, job, 2);
              kept = process.store.epochs().checkpoints(job.id());
              process.jobs.cancel(job.id());
            }

            @Override
            public void run(int k) {
              process.jobs.delete(job.id());
            }

            @Override
            public void check(int k, @Nullable Throwable thrown) throws IOException {
              boolean there = process.store.jobs().find(job.id()).isPresent();
              if (mode != Mode.DEATH) {
                assertThat(there).isEqualTo(thrown != null);
              }
              assertClassified(mode, thrown);
              if (there) {
                process.store.folders().sweep(job, kept);
                for (CheckpointFile file : kept) {
                  assertThat(Sha256.of(file.path())).isEqualTo(file.sha256());
                }
                process.jobs.delete(job.id());
              } else {
                process.store.folders().deleteRemoved(id -> false);
              }
              assertThat(VolumeFiles.entries(home.resolve("jobs"))).isEmpty();
            }
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSweepDeletesNoCheckpointWithARow(Mode mode) throws Exception {
    try (JobsProcess process = process()) {
      TrainingJob job = TestJobs.queued();
      checkpointOf(process, job, 2);
      List<CheckpointFile> kept = process.store.epochs().checkpoints(job.id());
      TrainingJob second = process.store.jobs().find(job.id()).orElseThrow();
      Path orphan = kept.get(0).path().resolveSibling("epoch-0003.zip");
      EveryOperation.fails(
          disk,
          mode,
          new EveryOperation.Work() {
            @Override
            public void prepare(int k) throws IOException {
              Files.write(orphan, new byte[1]);
            }

            @Override
            public void run(int k) throws IOException {
              process.store.folders().sweep(later(second), kept);
            }

            @Override
            public void check(int k, @Nullable Throwable thrown) throws IOException {
              for (CheckpointFile file : kept) {
                assertThat(Sha256.of(file.path())).isEqualTo(file.sha256());
              }
              assertClassified(mode, thrown);
              process.store.folders().sweep(later(second), kept);
              assertThat(orphan).doesNotExist();
            }
          });
    }
  }

  /** The job in its next attempt. */
  private static TrainingJob later(TrainingJob job) {
    return job.taken(TestJobs.NOW);
  }

  private JobsProcess process() {
    return new JobsProcess(database, disk.at(home), JobsProcess.SETTINGS, false);
  }

  private static long jobs(JobsProcess process) {
    return process.store.jobs().unfinished().size();
  }

  /** Inserts a job with this many epochs, whose checkpoints have rows; the newest one. */
  private static CheckpointFile checkpointOf(JobsProcess process, TrainingJob job, int epochs)
      throws IOException {
    process.store.jobs().insert(job);
    CheckpointFile newest = null;
    for (int epoch = 1; epoch <= epochs; epoch++) {
      Path file =
          process.store.folders().checkpoints(job).resolve("epoch-000%d.zip".formatted(epoch));
      var written = AtomicFiles.write(file, out -> out.write(new byte[100_000]));
      newest = new CheckpointFile(epoch, file, written.size(), written.sha256(), 0.5);
      process.store.epochs().add(job.id(), TestJobs.epoch(epoch), newest);
    }
    return newest;
  }

  private static NewJob startingFrom(JobsProcess process, CheckpointFile source) {
    String job = process.store.jobs().unfinished().get(0).id();
    NewJob plain = TestJobs.request(3);
    return new NewJob(
        plain.name(),
        plain.model(),
        plain
            .config()
            .fitting(
                0,
                plain.config().classWeights(),
                new StartFrom(null, null, job, source.epoch(), Freeze.NONE, source.sha256())),
        null,
        Promote.IF_BETTER);
  }

  /** An I/O error passes, a full volume is the machine's, and the user reads which file it was. */
  private void assertClassified(Mode mode, @Nullable Throwable thrown) {
    if (thrown != null && mode != Mode.DEATH) {
      assertThat(Fault.of(thrown))
          .isEqualTo(mode == Mode.ERROR ? Fault.PASSING : Fault.OF_THE_MACHINE);
      assertThat(FailureMessage.of(thrown)).contains(home.toString());
    }
  }

  private static TrainingState state(int epoch) {
    float[] channels = {0.5f, 0.5f, 0.5f};
    return new TrainingState(
        TrainingState.FORMAT,
        epoch,
        10L * epoch,
        1,
        1,
        "any",
        "ab".repeat(32),
        List.of("cat", "dog"),
        channels,
        channels,
        "dl4j",
        "float32",
        List.of(),
        List.of());
  }
}
