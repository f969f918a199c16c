package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.data.Dataset;
import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.files.Sha256;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Checkpoints;
import dev.resnet.training.checkpoint.TrainingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training runs that stop and continue within an epoch have the results of undisturbed ones. */
class PartialEpochTests {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

  /** No checkpoint but those that a run always writes. */
  private static final CheckpointPolicy RARELY = new CheckpointPolicy(Duration.ofDays(1), 1e-9);

  /** Three batches and a rest, with and without validation images. */
  private final Dataset data = Noise.data(60, 20);

  private final List<CheckpointFile> files = new ArrayList<>();
  private final List<String> events = new ArrayList<>();

  @TempDir private Path folder;

  @Test
  void aRunThatIsStoppedAgainAndAgainEndsAsAnUndisturbedOne() throws IOException {
    TrainingConfig config =
        config(Noise.FASTEST, 3)
            .choosing(0.2, Keep.BEST, new EarlyStopping(2, 0))
            .fitting(0.1, ClassWeights.BALANCED, null);
    var undisturbed = undisturbed(config, null);

    // A run asks before each of the three steps, the validation and the test.
    assertSame(continued(config, null, 3), undisturbed);
    assertThat(events)
        .as("within the epoch, while it is evaluated, and before its first step")
        .contains("0+2", "0+3", "1+2")
        .contains("started 1+0");
    int epochs = undisturbed.history().size();
    assertThat(events).contains("epoch " + epochs + " true");
  }

  @Test
  void soDoesOneThatTrainsOnlyTheOutputLayer() throws IOException {
    TrainingConfig fresh = config(Noise.FASTEST, 1);
    Path start = undisturbed(fresh, null).checkpoint().path();
    var from = new StartFrom("m", 1, null, null, Freeze.BACKBONE, Sha256.of(start));
    TrainingConfig config = config(Noise.FASTEST, 2).fitting(0, ClassWeights.NONE, from);

    assertSame(continued(config, start, 2), undisturbed(config, start));
  }

  @Test
  void soDoesOneOnStockDl4j() throws IOException {
    TrainingConfig config = config(new Noise.Execution(EngineName.DL4J, Precision.FLOAT32), 1);

    var undisturbed = undisturbed(config, null);
    assertSame(continued(config, null, 2), undisturbed);
    assertThat(events).contains("0+1", "0+2", "0+3");
  }

  /** As after a crash: the run continues from whatever was written last. */
  @Test
  void everyCheckpointWithinAnEpochLeadsToTheSameEnd() throws IOException {
    TrainingConfig config = config(Noise.FASTEST, 2);
    var undisturbed = undisturbed(config, null);
    // Time passes with every look at the clock, so a checkpoint is due after every step.
    var often = new CheckpointPolicy(Duration.ofNanos(1), 1e-9);
    assertSame(run(config, often, ticking(), "often", null, StopSignal.NEVER), undisturbed);
    assertThat(events).contains("0+1", "0+2", "0+3", "1+1", "1+2", "1+3");

    List<CheckpointFile> written = List.copyOf(files);
    CheckpointFile newest = written.get(written.size() - 2);
    assertThat(newest.epoch() + "+" + newest.step()).isEqualTo("1+3");
    TrainingState state = Checkpoints.state(newest.path());
    assertThat(state.format()).isEqualTo(2);
    assertThat(state.iteration()).isEqualTo(6);
    assertThat(newest.path()).hasFileName("epoch-0001-step-000003.zip");
    Files.writeString(newest.path(), "half of it");
    files.remove(files.size() - 1);
    events.clear();
    assertSame(run(config, RARELY, () -> 0, "after", null, StopSignal.NEVER), undisturbed);
    assertThat(events).as("the newest was damaged").startsWith("started 1+2", "epoch 2 true");

    files.clear();
    files.addAll(written.stream().filter(CheckpointFile::isPartial).toList());
    for (CheckpointFile partial : files) {
      Files.writeString(partial.path(), "half of it");
    }
    files.add(written.stream().filter(file -> !file.isPartial()).findFirst().orElseThrow());
    events.clear();
    assertSame(run(config, RARELY, () -> 0, "later", null, StopSignal.NEVER), undisturbed);
    assertThat(events).startsWith("started 1+0");
  }

  @Test
  void aRunThatLostItsJobWritesNothing() {
    StopSignal lost =
        new StopSignal() {
          private int asked;

          @Override
          public boolean stopRequested() {
            return ++asked == 3;
          }

          @Override
          public boolean keepsState() {
            return false;
          }
        };
    run(config(Noise.FASTEST, 1), RARELY, () -> 0, "lost", null, lost);
    assertThat(files).isEmpty();
    assertThat(folder.resolve("lost")).doesNotExist();
  }

  @Test
  void theTimeOfAnEpochIsThatOfItsPartsWithoutThePause() {
    TrainingConfig config = config(Noise.FASTEST, 1);
    var time = new AtomicLong();
    StopSignal twoSeconds = passing(time, 1_000_000_000L, 3);
    run(config, RARELY, time::get, "time", null, twoSeconds);
    time.addAndGet(3_600_000_000_000L);
    var resumed =
        (TrainingResult.Completed)
            run(config, RARELY, time::get, "time", null, passing(time, 1_000_000_000L, 100));
    // Each of the three steps and the test batch takes a second, and so did the last question.
    assertThat(resumed.latest().seconds()).isEqualTo(5);
    assertThat(resumed.latest().imagesPerSecond()).isEqualTo(48 / 4.0);
  }

  /** Time passes with each question; the last one stops the run. */
  private static StopSignal passing(AtomicLong time, long nanos, int questions) {
    var asked = new AtomicInteger();
    return () -> {
      time.addAndGet(nanos);
      return asked.incrementAndGet() == questions;
    };
  }

  private TrainingResult.Completed undisturbed(TrainingConfig config, @Nullable Path start) {
    var result = run(config, RARELY, () -> 0, "undisturbed", start, StopSignal.NEVER);
    files.clear();
    events.clear();
    return (TrainingResult.Completed) result;
  }

  /** Stops each run at this question, and continues with the next one. */
  private TrainingResult continued(TrainingConfig config, @Nullable Path start, int questions) {
    Supplier<StopSignal> stop =
        () -> {
          var asked = new AtomicInteger();
          return () -> asked.incrementAndGet() == questions;
        };
    for (int attempt = 1; attempt < 100; attempt++) {
      var result = run(config, RARELY, ticking(), "attempt-" + attempt, start, stop.get());
      if (result instanceof TrainingResult.Completed) {
        assertThat(attempt).as("was interrupted more than once").isGreaterThan(2);
        return result;
      }
    }
    throw new AssertionError("the training makes no progress");
  }

  private static LongSupplier ticking() {
    return new AtomicLong()::incrementAndGet;
  }

  private TrainingResult run(
      TrainingConfig config,
      CheckpointPolicy policy,
      LongSupplier nanoTime,
      String to,
      @Nullable Path start,
      StopSignal stop) {
    var listener =
        new TrainingListener() {
          @Override
          public void started(EngineDescription engine, int resumedAfterEpoch, int step) {
            events.add("started %d+%d".formatted(resumedAfterEpoch, step));
          }

          @Override
          public void epochCompleted(EpochMetrics metrics, @Nullable CheckpointFile checkpoint) {
            events.add("epoch %d %s".formatted(metrics.epoch(), checkpoint != null));
            if (checkpoint != null) {
              files.add(checkpoint);
            }
          }

          @Override
          public void checkpointed(CheckpointFile checkpoint) {
            events.add("%d+%d".formatted(checkpoint.epoch(), checkpoint.step()));
            files.add(checkpoint);
          }
        };
    return new Trainer(CLOCK, policy, nanoTime)
        .train(config, data, folder.resolve(to), start, List.copyOf(files), listener, stop);
  }

  private static void assertSame(TrainingResult actual, TrainingResult.Completed expected)
      throws IOException {
    var ended = (TrainingResult.Completed) actual;
    assertThat(ended.history())
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("seconds", "imagesPerSecond")
        .isEqualTo(expected.history());
    assertThat(ended.checkpoint().epoch()).isEqualTo(expected.checkpoint().epoch());
    ComputationGraph one = Checkpoints.graph(ended.checkpoint().path(), true);
    ComputationGraph other = Checkpoints.graph(expected.checkpoint().path(), true);
    assertThat(one.params()).isEqualTo(other.params());
    assertThat(one.getUpdater().getStateViewArray())
        .isEqualTo(other.getUpdater().getStateViewArray());
    assertThat(one.getIterationCount()).isEqualTo(other.getIterationCount());
    assertThat(Checkpoints.state(ended.checkpoint().path()).iteration())
        .isEqualTo(one.getIterationCount());
  }

  private static TrainingConfig config(Noise.Execution execution, int epochs) {
    return new TrainingConfig(
        1,
        "test",
        epochs,
        execution.engine() == EngineName.DL4J ? 4 : 16,
        new LearningRate.OneCycle(0.02, 1),
        0.9,
        1e-4,
        new Augmentation(2, true, 6),
        execution.engine(),
        execution.precision(),
        1,
        execution.engine() == EngineName.DL4J ? 12 : null,
        null);
  }
}
