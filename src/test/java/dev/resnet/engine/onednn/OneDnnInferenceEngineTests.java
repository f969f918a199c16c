package dev.resnet.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.engine.Callers;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.NoiseBatches;
import dev.resnet.engine.OpenMp;
import dev.resnet.engine.Precision;
import dev.resnet.engine.program.Bands;
import dev.resnet.engine.program.Folding;
import dev.resnet.engine.program.GraphCompiler;
import dev.resnet.engine.program.Program;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
          .isLessThanOrEqualTo(OneDnnInferenceEngine.IDLE_LIMIT + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void countsTheBytesOfItsParametersAndPrograms(boolean divides) {
    long parameters = graph.params().length() * Float.BYTES;
    var engine =
        new OneDnnInferenceEngine(
            graph, GraphCompiler.images(ImageShape.CIFAR), Precision.FLOAT32, () -> divides);
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

  /** Those of this CPU. */
  static List<Precision> precisions() {
    return OneDnn.hasBfloat16()
        ? List.of(Precision.FLOAT32, Precision.BFLOAT16)
        : List.of(Precision.FLOAT32);
  }

  /** Whether a second thread comes to help does not change a bit. */
  @ParameterizedTest
  @MethodSource("precisions")
  void anImageInBandsIsClassifiedLikeAWholeOne(Precision precision) {
    ComputationGraph deeper = new ResNetSpec(2, 10).initialise(5, 0.9);
    Program program =
        Folding.fold(GraphCompiler.inference(deeper, GraphCompiler.images(ImageShape.CIFAR)));
    int type = OneDnn.type(precision);
    double tolerance = precision == Precision.FLOAT32 ? 1e-5 : 1e-2;
    OpenMp.withThreads(
        1,
        () -> {
          try (var whole = new InferenceProgram(program, null, 1, type, deeper);
              var divided = new InferenceProgram(program, new Bands(program, 2), 1, type, deeper)) {
            float[][] expected = new float[17][];
            float[][] rows = new float[17][];
            for (int image = 0; image < 17; image++) {
              whole.classify(images, image, 1, expected);
              divided.classify(images, image, 1, rows);
              for (int k = 0; k < 10; k++) {
                assertThat((double) rows[image][k])
                    .isCloseTo(expected[image][k], within(tolerance));
              }
            }
            float[] again = rows[16].clone();
            for (int run = 0; run < 200; run++) {
              divided.classify(images, 16, 1, rows);
              assertThat(rows[16]).containsExactly(again);
            }
          }
          return null;
        });
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
