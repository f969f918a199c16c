package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.engine.Tally;
import dev.resnet.network.ResNetSpec;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.PartialEpoch;
import dev.resnet.training.checkpoint.TrainingState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCheckpointsTests {
  private static final Duration INTERVAL = Duration.ofSeconds(300);

  @TempDir private Path folder;
  private final ComputationGraph graph = new ResNetSpec(1, 2).initialise(1, 0.9);
  private final AtomicLong time = new AtomicLong();
  private long tick;

  @Test
  void theEndOfAnEpochGetsACheckpointIfTheLastOneIsLongEnoughAgo() throws IOException {
    var checkpoints = checkpoints(0.01);
    assertThat(checkpoints.shareAllowsOne()).as("the first of a run").isTrue();
    write(checkpoints, 1, null);
    // The write took two seconds, which is one hundredth of 200.
    assertThat(checkpoints.shareAllowsOne()).isFalse();
    time.addAndGet(199_999_999_999L);
    assertThat(checkpoints.shareAllowsOne()).isFalse();
    time.incrementAndGet();
    assertThat(checkpoints.shareAllowsOne()).isTrue();
    assertThat(checkpoints.intervalIsOver()).isFalse();
  }

  @Test
  void aCheckpointIsDueAfterTheInterval() throws IOException {
    var checkpoints = checkpoints(0.01);
    time.addAndGet(INTERVAL.toNanos() - 1);
    assertThat(checkpoints.intervalIsOver()).isFalse();
    time.incrementAndGet();
    assertThat(checkpoints.intervalIsOver()).isTrue();
    write(checkpoints, 0, PartialEpoch.of(3, Tally.NONE, 1));
    assertThat(checkpoints.intervalIsOver()).isFalse();
    assertThat(checkpoints.at(0, 3)).isPresent();
    assertThat(checkpoints.at(0, 0)).isEmpty();
  }

  @Test
  void aShareOfOneIsACheckpointAfterEveryEpoch() throws IOException {
    var checkpoints = checkpoints(1);
    write(checkpoints, 1, null);
    assertThat(checkpoints.shareAllowsOne()).isTrue();
  }

  @Test
  void impossibleSettingsAreRefused() {
    for (double share : new double[] {0, -1, 1.01, Double.NaN}) {
      assertThatThrownBy(() -> new CheckpointPolicy(INTERVAL, share))
          .hasMessageStartingWith("share must be above 0 and at most 1, was");
    }
    assertThatThrownBy(() -> new CheckpointPolicy(Duration.ZERO, 1))
        .hasMessageStartingWith("interval must be positive");
  }

  private RunCheckpoints checkpoints(double share) {
    tick = 0;
    var policy = new CheckpointPolicy(INTERVAL, share);
    return new RunCheckpoints(folder, policy, () -> time.addAndGet(tick), List.of());
  }

  /** Takes two seconds: time passes with the look at the clock before, and that after. */
  private CheckpointFile write(
      RunCheckpoints checkpoints, int epoch, @Nullable PartialEpoch partial) throws IOException {
    float[] channels = {0.5f, 0.5f, 0.5f};
    var state =
        new TrainingState(
            partial == null ? TrainingState.FORMAT : TrainingState.FORMAT_WITHIN_EPOCH,
            epoch,
            10,
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
    tick = 2_000_000_000L;
    CheckpointFile file = checkpoints.write(graph, state, partial, 0.5);
    tick = 0;
    return file;
  }
}
