package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import org.junit.jupiter.api.Test;

/** What is chosen for a training that goes on; the choice itself is the engines' own tests'. */
class EnginesTests {
  @Test
  void aResumedTrainingStaysWithWhatAutoCameToBefore() {
    var description = resumed(EngineName.AUTO, Precision.AUTO, EngineName.DL4J, Precision.FLOAT32);
    assertThat(description.engine()).isEqualTo(EngineName.DL4J);
    assertThat(description.reason()).isEqualTo("as before the interruption");
    description = resumed(EngineName.AUTO, Precision.AUTO, EngineName.ONEDNN, Precision.FLOAT32);
    assertThat(description.engine()).isEqualTo(EngineName.ONEDNN);
    assertThat(description.precision()).isEqualTo(Precision.FLOAT32);
  }

  @Test
  void aRequestCountsMoreThanWhatWasBefore() {
    var description =
        resumed(EngineName.ONEDNN, Precision.FLOAT32, EngineName.DL4J, Precision.FLOAT32);
    assertThat(description.engine()).isEqualTo(EngineName.ONEDNN);
    assertThat(description.reason()).isEqualTo("as requested");
  }

  /** As on a machine without bfloat16: stock DL4J has none anywhere. */
  @Test
  void choosesAnewWhereWhatWasBeforeCannotRunHere() {
    var description = resumed(EngineName.AUTO, Precision.AUTO, EngineName.DL4J, Precision.BFLOAT16);
    assertThat(description).isEqualTo(Engines.automatic());
  }

  private static EngineDescription resumed(
      EngineName name, Precision precision, EngineName before, Precision precisionBefore) {
    var graph = new ResNetSpec(1, 10).initialise(1, 0.9);
    try (var engine =
        Engines.resumedTraining(
            name,
            precision,
            before,
            precisionBefore,
            graph,
            ImageShape.CIFAR,
            2,
            Objective.crossEntropy(1e-4))) {
      return engine.description();
    }
  }
}
