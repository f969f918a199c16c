package dev.resnet.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.data.Dataset;
import dev.resnet.engine.GraphVariable;
import dev.resnet.network.ResNetSpec;
import dev.resnet.training.checkpoint.CheckpointFile;
import dev.resnet.training.checkpoint.Checkpoints;
import dev.resnet.training.checkpoint.TrainingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class StartingWeightsTests {
  private static final Set<String> OUTPUT = Set.of("output_W", "output_b");

  @TempDir private Path folder;
  private final Dataset data = Noise.data(20, 10);
  private final ComputationGraph earlier = graph(1, 10, 5);
  private CheckpointFile file;

  @BeforeEach
  void writeEarlierNetwork() throws IOException {
    earlier.params().addi(0.125); // running statistics differ from fresh ones, too
    earlier.getUpdater(true).getStateViewArray().assign(7);
    float[] channels = {0.5f, 0.5f, 0.5f};
    var state =
        new TrainingState(
            TrainingState.FORMAT,
            3,
            30,
            1,
            5,
            "other",
            "ab".repeat(32),
            data.classes(),
            channels,
            channels,
            "dl4j",
            "float32",
            List.of(),
            List.of());
    file = new Checkpoints(folder).write(earlier, state, 0.5);
  }

  @Test
  void copiesEverythingIfTheClassesAreTheSame() throws IOException {
    ComputationGraph fresh = graph(1, 10, 1);
    StartingWeights.copy(start(Freeze.NONE), file.path(), fresh, data.classes());

    assertThat(fresh.params()).isEqualTo(earlier.params());
    assertThat(fresh.getUpdater(true).getStateViewArray().maxNumber().doubleValue()).isZero();
  }

  @Test
  void keepsTheLastLayerNewIfTheClassesDiffer() throws IOException {
    ComputationGraph fresh = graph(1, 3, 1);
    StartingWeights.copy(start(Freeze.NONE), file.path(), fresh, List.of("x", "y", "z"));

    ComputationGraph untouched = graph(1, 3, 1);
    for (GraphVariable variable : GraphVariable.all(fresh)) {
      INDArray expected =
          (OUTPUT.contains(variable.name()) ? untouched : earlier).getParam(variable.name());
      assertThat(variable.values()).as(variable.name()).isEqualTo(expected);
    }
  }

  @Test
  void otherNamesInTheSameNumberAreOtherClasses() throws IOException {
    ComputationGraph fresh = graph(1, 10, 1);
    StartingWeights.copy(start(Freeze.NONE), file.path(), fresh, List.of("jabcdefghi".split("")));

    assertThat(fresh.getParam("output_W")).isEqualTo(graph(1, 10, 1).getParam("output_W"));
    assertThat(fresh.getParam("conv_W")).isEqualTo(earlier.getParam("conv_W"));
  }

  @Test
  void refusesAnotherNetworkAndADamagedFile() throws IOException {
    ComputationGraph deeper = graph(2, 10, 1);
    assertThatThrownBy(
            () -> StartingWeights.copy(start(Freeze.NONE), file.path(), deeper, data.classes()))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("version 3 of model 'm'")
        .hasMessageContaining("Choose weights of the same stack_n.");

    byte[] bytes = Files.readAllBytes(file.path());
    bytes[bytes.length / 2] ^= 1;
    Files.write(file.path(), bytes);
    ComputationGraph fresh = graph(1, 10, 1);
    assertThatThrownBy(
            () -> StartingWeights.copy(start(Freeze.NONE), file.path(), fresh, data.classes()))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("are damaged")
        .hasNoCause();

    Files.delete(file.path());
    assertThatThrownBy(
            () -> StartingWeights.copy(start(Freeze.NONE), file.path(), fresh, data.classes()))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aFrozenBackboneStaysAsItWas() throws IOException {
    var config =
        new TrainingConfig(
                1,
                "test",
                2,
                10,
                new LearningRate.Constant(0.05),
                0.9,
                1e-4,
                new Augmentation(4, true, 8),
                Noise.FASTEST.engine(),
                Noise.FASTEST.precision(),
                1,
                null,
                null)
            .fitting(0.1, ClassWeights.BALANCED, start(Freeze.BACKBONE));
    var result =
        (TrainingResult.Completed)
            new Trainer(Clock.systemUTC())
                .train(
                    config,
                    data,
                    folder.resolve("new"),
                    file.path(),
                    List.of(),
                    new TrainingListener() {},
                    StopSignal.NEVER);

    ComputationGraph trained = Checkpoints.graph(result.checkpoint().path(), false);
    for (GraphVariable variable : GraphVariable.all(trained)) {
      boolean same = variable.values().equals(earlier.getParam(variable.name()));
      assertThat(same).as(variable.name()).isNotEqualTo(OUTPUT.contains(variable.name()));
    }
  }

  private StartFrom start(Freeze freeze) {
    return new StartFrom("m", 3, null, null, freeze, file.sha256());
  }

  private static ComputationGraph graph(int stackN, int classes, long seed) {
    return new ResNetSpec(stackN, classes).initialise(seed, 0.9);
  }
}
