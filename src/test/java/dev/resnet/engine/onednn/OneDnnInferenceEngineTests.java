package dev.resnet.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.engine.Callers;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.NoiseBatches;
import dev.resnet.engine.Precision;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;

class OneDnnInferenceEngineTests {
  /** More than there are sizes, on most machines more than there are cores. */
  private static final int CALLERS = 48;

  private static final int IMAGE = 3 * 32 * 32;

  private static final int[] COUNTS = {1, 2, 3, 1, 8, 17, 5};

  private final ComputationGraph graph = new ResNetSpec(1, 10).initialise(3, 0.9);
  private final float[] images = NoiseBatches.pixels(17, 4);

  @Test
  void manyRequestsAtOnceAreAnsweredAsOneByOneAndLeaveFewProgramsBehind() throws Exception {
    try (var engine = engine()) {
      List<float[][]> alone = new ArrayList<>();
      for (int count : COUNTS) {
        alone.add(engine.probabilities(images, count));
      }
      List<float[][]> together = together(engine);
      for (int caller = 0; caller < CALLERS; caller++) {
        assertThat(together.get(caller)).isDeepEqualTo(alone.get(caller % COUNTS.length));
      }
      assertThat(engine.idlePrograms())
          .isPositive()
          .isLessThanOrEqualTo(OneDnnInferenceEngine.IDLE_LIMIT);
    }
  }

  @Test
  void countsTheBytesOfItsParametersAndPrograms() {
    long parameters = graph.params().length() * Float.BYTES;
    var engine = engine();
    assertThat(engine.bytes()).isEqualTo(parameters);
    engine.probabilities(images, 1);
    long one = engine.bytes();
    assertThat(one)
        .as("another copy of the weights, and activations")
        .isGreaterThan(2 * parameters);
    engine.probabilities(images, 1);
    assertThat(engine.bytes()).isEqualTo(one);
    engine.probabilities(images, 8);
    assertThat(engine.bytes()).isGreaterThan(one);
    engine.close();
    assertThat(engine.bytes()).isEqualTo(parameters);
  }

  @Test
  void everyImageOfALargeBatchIsClassifiedLikeOneAlone() {
    int count = 5 * OneDnnInferenceEngine.LARGEST_CHUNK + 11;
    float[] many = NoiseBatches.pixels(count, 4);
    try (var engine = engine()) {
      float[][] rows = engine.probabilities(many, count);
      assertThat(rows).hasDimensions(count, 10);
      for (int image = 0; image < count; image++) {
        float[] one = Arrays.copyOfRange(many, image * IMAGE, (image + 1) * IMAGE);
        assertThat(rows[image]).containsExactly(engine.probabilities(one, 1)[0], within(1e-5f));
      }
    }
  }

  @Test
  void aClosedEngineKeepsNothingAndSaysSo() {
    var engine = engine();
    engine.probabilities(images, 2);
    engine.close();
    assertThat(engine.idlePrograms()).isZero();
    assertThatThrownBy(() -> engine.probabilities(images, 2))
        .hasMessage("this model has been unloaded");
  }

  private List<float[][]> together(OneDnnInferenceEngine engine) throws Exception {
    return Callers.together(engine, images, CALLERS, COUNTS);
  }

  private OneDnnInferenceEngine engine() {
    return (OneDnnInferenceEngine)
        Engines.inference(EngineName.ONEDNN, Precision.FLOAT32, graph, ImageShape.CIFAR);
  }
}
