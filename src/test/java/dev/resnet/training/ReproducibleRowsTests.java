package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.engine.EngineName;
import dev.resnet.training.checkpoint.CheckpointFile;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The metrics of an epoch depend only on the configuration, not on the clock. */
class ReproducibleRowsTests {
  private static final int EPOCHS = 2;

  /** Batches per epoch; stock DL4J takes a tenth of a second for one. */
  private static int batches(Noise.Execution execution) {
    return execution.engine() == EngineName.DL4J ? 5 : 24;
  }

  /** Number of runs that check the loss at random moments. */
  private static int runs(Noise.Execution execution) {
    return execution.engine() == EngineName.DL4J ? 1 : 4;
  }

  /** Nothing disturbed these runs: each is computed once. */
  private static final Map<Noise.Execution, List<EpochMetrics>> UNDISTURBED =
      new ConcurrentHashMap<>();

  private final Clock clock = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
  private final AtomicInteger reports = new AtomicInteger();
  private final List<CheckpointFile> checkpoints = new ArrayList<>();

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource("dev.resnet.training.Noise#executions")
  void areTheSameBitsIfTheLossIsReadAtOtherMoments(Noise.Execution execution) {
    List<EpochMetrics> never = undisturbed(execution);
    List<EpochMetrics> always = completed(execution, ticking(1_000_000_000L), "always");
    assertThat(reports).hasValueGreaterThanOrEqualTo(EPOCHS * batches(execution));
    assertSame(always, never);

    var random = new Random(7);
    for (int i = 0; i < runs(execution); i++) {
      var time = new AtomicLong();
      List<EpochMetrics> sometimes =
          completed(execution, () -> time.addAndGet(random.nextInt(200_000_000)), "some" + i);
      assertSame(sometimes, never);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.resnet.training.Noise#executions")
  void areTheSameBitsAfterAResume(Noise.Execution execution) {
    List<EpochMetrics> undisturbed = undisturbed(execution);
    var asked = new AtomicInteger();
    int batches = batches(execution);
    StopSignal inEpochTwo = () -> asked.incrementAndGet() == batches + 1 + batches / 2;
    var stopped = train(execution, ticking(300_000_000L), "stopped", List.of(), inEpochTwo);
    assertThat(stopped).isEqualTo(new TrainingResult.Stopped(1));

    var resumed =
        train(
            execution,
            ticking(300_000_000L),
            "stopped",
            List.copyOf(checkpoints),
            StopSignal.NEVER);

    assertSame(((TrainingResult.Completed) resumed).history(), undisturbed);
  }

  /** The rows of a run in which no time passes, so that only the ends of epochs are reported. */
  private List<EpochMetrics> undisturbed(Noise.Execution execution) {
    return UNDISTURBED.computeIfAbsent(
        execution,
        key -> {
          List<EpochMetrics> rows = completed(key, () -> 0, "undisturbed");
          assertThat(reports).hasValue(EPOCHS);
          reports.set(0);
          checkpoints.clear();
          return rows;
        });
  }

  private static void assertSame(List<EpochMetrics> actual, List<EpochMetrics> expected) {
    assertThat(actual)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("seconds", "imagesPerSecond")
        .isEqualTo(expected);
  }

  private static LongSupplier ticking(long nanos) {
    var time = new AtomicLong();
    return () -> time.addAndGet(nanos);
  }

  private List<EpochMetrics> completed(Noise.Execution execution, LongSupplier nanos, String run) {
    var result = train(execution, nanos, run, List.of(), StopSignal.NEVER);
    return ((TrainingResult.Completed) result).history();
  }

  private TrainingResult train(
      Noise.Execution execution,
      LongSupplier nanoTime,
      String run,
      List<CheckpointFile> resumable,
      StopSignal stop) {
    var config =
        new TrainingConfig(
            1,
            "test",
            EPOCHS,
            2,
            new LearningRate.Constant(0.01),
            0.9,
            1e-4,
            new Augmentation(4, true),
            execution.engine(),
            execution.precision(),
            1,
            null,
            null);
    var listener =
        new TrainingListener() {
          @Override
          public void progress(Progress progress) {
            reports.incrementAndGet();
          }

          @Override
          public void epochCompleted(EpochMetrics metrics, CheckpointFile checkpoint) {
            checkpoints.add(checkpoint);
          }
        };
    return new Trainer(clock, CheckpointPolicy.EVERY_EPOCH, nanoTime)
        .train(
            config,
            Noise.data(2 * batches(execution), 10),
            folder.resolve(run),
            resumable,
            listener,
            stop);
  }
}
