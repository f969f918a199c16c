package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.data.Dataset;
import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that are not finite are never saved, and training never resumes from them. */
class DivergenceTests {
  /** The time does not advance, so the loss is checked only at the end of an epoch. */
  private final Trainer trainer =
      new Trainer(Clock.systemUTC(), CheckpointPolicy.EVERY_EPOCH, () -> 0);

  private final Dataset data = Noise.data(24, 10);
  private final List<CheckpointFile> checkpoints = new ArrayList<>();
  private final AtomicInteger resumedAfter = new AtomicInteger(-1);

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource("dev.resnet.training.Noise#executions")
  void aDivergedEpochIsNotKept(Noise.Execution execution) throws IOException {
    assertThatThrownBy(() -> train(execution, 1, new LearningRate.Constant(1000), 2))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("not finite in epoch 1, by batch 12 of 12, at learning rate 1000.0");

    assertThat(checkpoints).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @MethodSource("dev.resnet.training.Noise#executions")
  void theCheckpointOfThePreviousEpochStays(Noise.Execution execution) throws IOException {
    // Only the last step of epoch 2, its only one, is too large, so no training loss shows it.
    var lastStep = new LearningRate.Piecewise(List.of(0.01, 1e36), List.of(1));

    assertThatThrownBy(() -> train(execution, 2, lastStep, 24))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("not finite in epoch 2, by batch 1 of 1, at learning rate 1.0E36");

    assertThat(checkpoints).extracting(CheckpointFile::epoch).containsExactly(1);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(checkpoints.get(0).path());
    }
  }

  @Test
  void aCheckpointThatIsNotFiniteIsNotResumedFrom() throws IOException {
    var execution = new Noise.Execution(EngineName.DL4J, Precision.FLOAT32);
    train(execution, 2, new LearningRate.Constant(0.01), 12);
    CheckpointFile newest = checkpoints.get(1);
    ComputationGraph graph = Checkpoints.graph(newest.path(), true);
    graph.getUpdater(true).getStateViewArray().putScalar(5, Float.NaN);
    var broken =
        new Checkpoints(folder.resolve("earlier version"))
            .write(graph, Checkpoints.state(newest.path()), newest.testAccuracy());
    List<CheckpointFile> resumable = List.of(checkpoints.get(0), broken);

    train(execution, 2, new LearningRate.Constant(0.01), 12, resumable);

    assertThat(resumedAfter).hasValue(1);
  }

  private void train(Noise.Execution execution, int epochs, LearningRate rate, int batchSize) {
    train(execution, epochs, rate, batchSize, List.of());
  }

  private void train(
      Noise.Execution execution,
      int epochs,
      LearningRate rate,
      int batchSize,
      List<CheckpointFile> resumable) {
    var config =
        new TrainingConfig(
            1,
            "test",
            epochs,
            batchSize,
            rate,
            0.9,
            1,
            Augmentation.NONE,
            execution.engine(),
            execution.precision(),
            1,
            null,
            null);
    var listener =
        new TrainingListener() {
          @Override
          public void started(EngineDescription engine, int resumedAfterEpoch, int step) {
            resumedAfter.set(resumedAfterEpoch);
          }

          @Override
          public void epochCompleted(EpochMetrics metrics, CheckpointFile checkpoint) {
            checkpoints.add(checkpoint);
          }
        };
    trainer.train(config, data, folder, resumable, listener, StopSignal.NEVER);
  }
}
