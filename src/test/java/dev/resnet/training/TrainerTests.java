package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.data.Dataset;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTests {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private final Trainer trainer = new Trainer(Clock.fixed(NOW, ZoneOffset.UTC));
  private final Dataset data = Noise.data(48, 20);
  private final List<CheckpointFile> checkpoints = new ArrayList<>();
  private final List<EpochMetrics> epochs = new ArrayList<>();

  @TempDir private Path folder;

  @Test
  void measuresEveryEpochAndKeepsItsCheckpoint() throws IOException {
    var result = completed(config(3, 0.02), folder, List.of());

    assertThat(result.history()).hasSize(3).isEqualTo(epochs);
    for (int i = 0; i < 3; i++) {
      EpochMetrics epoch = epochs.get(i);
      assertThat(epoch.epoch()).isEqualTo(i + 1);
      assertThat(epoch.trainCrossEntropy()).isPositive().isFinite();
      assertThat(epoch.l2Loss()).isPositive();
      assertThat(epoch.trainAccuracy()).isBetween(0.0, 1.0);
      assertThat(epoch.testLoss()).isPositive().isFinite();
      assertThat(epoch.learningRate()).isEqualTo(0.02);
      assertThat(epoch.finishedAt()).isEqualTo(NOW);
    }
    var state = Checkpoints.state(result.checkpoint().path());
    assertThat(state.epoch()).isEqualTo(3);
    assertThat(state.iteration()).isEqualTo(9);
    assertThat(state.classes()).isEqualTo(data.classes());
    assertThat(state.dataSha256()).isEqualTo(data.sha256());
  }

  @Test
  void anyDl4jProgramCanLoadACheckpoint() throws IOException {
    var result = completed(config(1, 0.02), folder, List.of());

    ComputationGraph graph =
        ModelSerializer.restoreComputationGraph(result.checkpoint().path().toFile());

    assertThat(graph.numParams()).isEqualTo(78_666);
    assertThat(graph.getIterationCount()).isEqualTo(3);
  }

  @Test
  void aResumedRunIsBitIdenticalToAnUninterruptedOne() throws IOException {
    var undisturbed = completed(config(3, 0.02), folder.resolve("a"), List.of());
    checkpoints.clear();

    var stop = new AtomicInteger();
    // The signal is asked once per step and once before the test batch, so the seventh time is in
    // epoch 2.
    var stopped =
        trainer.train(
            config(3, 0.02),
            data,
            folder.resolve("b"),
            List.of(),
            listener(),
            () -> stop.incrementAndGet() == 7);
    assertThat(stopped).isEqualTo(new TrainingResult.Stopped(1));

    var resumed = completed(config(3, 0.02), folder.resolve("b"), List.copyOf(checkpoints));

    assertThat(graph(resumed).params()).isEqualTo(graph(undisturbed).params());
    assertThat(graph(resumed).getUpdater().getStateViewArray())
        .isEqualTo(graph(undisturbed).getUpdater().getStateViewArray());
    assertThat(resumed.history())
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("seconds", "imagesPerSecond")
        .isEqualTo(undisturbed.history());
  }

  @Test
  void resumesFromAnOlderCheckpointIfTheNewestIsDamaged() throws IOException {
    completed(config(2, 0.02), folder, List.of());
    Path newest = checkpoints.get(1).path();
    byte[] bytes = Files.readAllBytes(newest);
    bytes[bytes.length / 2] ^= 1;
    Files.write(newest, bytes);

    var resumedAfter = new AtomicInteger(-1);
    var listener =
        new TrainingListener() {
          @Override
          public void started(
              dev.resnet.engine.EngineDescription engine, int resumedAfterEpoch, int step) {
            resumedAfter.set(resumedAfterEpoch);
          }
        };
    trainer.train(config(2, 0.02), data, folder, checkpoints, listener, StopSignal.NEVER);

    assertThat(resumedAfter).hasValue(1);
  }

  @Test
  void neverStartsFromTheSeedIfCheckpointsAreUnreachable() throws IOException {
    completed(config(2, 0.02), folder.resolve("volume"), List.of());
    Files.move(folder.resolve("volume"), folder.resolve("away"));
    epochs.clear();

    assertThatThrownBy(
            () -> completed(config(2, 0.02), folder.resolve("volume"), List.copyOf(checkpoints)))
        .isInstanceOf(TrainingFailedException.class)
        .hasCauseInstanceOf(IOException.class)
        .hasMessageContaining("in the folder " + folder.resolve("volume") + " is missing");
    assertThat(epochs).isEmpty();

    Files.move(folder.resolve("away"), folder.resolve("volume"));
    completed(config(2, 0.02), folder.resolve("volume"), List.copyOf(checkpoints));
    assertThat(epochs).as("epochs that were trained again").isEmpty();
  }

  @Test
  void failsForGoodIfAllCheckpointsAreDamagedAndSaysWhatToDo() throws IOException {
    completed(config(2, 0.02), folder, List.of());
    for (CheckpointFile file : checkpoints) {
      Files.writeString(file.path(), "half of it");
    }

    assertThatThrownBy(() -> completed(config(2, 0.02), folder, List.copyOf(checkpoints)))
        .isInstanceOf(TrainingFailedException.class)
        .hasNoCause()
        .hasMessageStartingWith("None of the checkpoints can be used (")
        .hasMessageEndingWith("delete the job and submit it again.");
  }

  @Test
  void doesNothingIfAllEpochsAreDone() {
    var first = completed(config(1, 0.02), folder, List.of());
    epochs.clear();

    var again = completed(config(1, 0.02), folder, List.copyOf(checkpoints));

    assertThat(epochs).isEmpty();
    assertThat(again.checkpoint()).isEqualTo(first.checkpoint());
  }

  @Test
  void reportsWhereTheTrainingLossIsNotFinite() {
    assertThatThrownBy(() -> completed(config(2, 1e30), folder, List.of()))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("the training loss is not finite")
        .hasMessageContaining("epoch 1, by batch")
        .hasMessageContaining("1.0E30");
  }

  @Test
  void refusesFewerImagesThanOneBatch() {
    var small = Noise.data(15, 5);
    assertThatThrownBy(
            () ->
                trainer.train(
                    config(1, 0.1), small, folder, List.of(), listener(), StopSignal.NEVER))
        .hasMessageContaining("15 training images")
        .hasMessageContaining("16");
  }

  private TrainingResult.Completed completed(
      TrainingConfig config, Path folder, List<CheckpointFile> resumable) {
    return (TrainingResult.Completed)
        trainer.train(config, data, folder, resumable, listener(), StopSignal.NEVER);
  }

  private TrainingListener listener() {
    return new TrainingListener() {
      @Override
      public void epochCompleted(EpochMetrics metrics, CheckpointFile checkpoint) {
        epochs.add(metrics);
        checkpoints.add(checkpoint);
      }
    };
  }

  private static ComputationGraph graph(TrainingResult.Completed result) throws IOException {
    return Checkpoints.graph(result.checkpoint().path(), true);
  }

  private static TrainingConfig config(int epochs, double rate) {
    return new TrainingConfig(
        1,
        "test",
        epochs,
        16,
        new LearningRate.Constant(rate),
        0.9,
        1e-4,
        new Augmentation(4, true),
        Noise.FASTEST.engine(),
        Noise.FASTEST.precision(),
        1,
        null,
        null);
  }
}
