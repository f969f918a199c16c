package dev.resnet.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.pictures.ImageShape;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ResNetSpecTests {

  @ParameterizedTest
  @CsvSource({"1, 8, 78666", "3, 20, 274442", "18, 110, 1742762"})
  void hasThePublishedDepthAndParameters(int stackN, int depth, long parameters) {
    var spec = new ResNetSpec(stackN, 10);

    assertThat(spec.depth()).isEqualTo(depth);
    assertThat(spec.parameters()).isEqualTo(parameters);
    assertThat(spec.initialise(1, 0.9).numParams()).isEqualTo(parameters);
  }

  @Test
  void halvesTheImageTwiceAndPoolsItToOnePixel() {
    ComputationGraph graph = new ResNetSpec(1, 10).initialise(1, 0.9);

    Map<String, INDArray> activations = graph.feedForward(Nd4j.rand(2, 3, 32, 32), false);

    assertThat(activations.get("conv").shape()).containsExactly(2, 16, 32, 32);
    assertThat(activations.get("stage1-block1").shape()).containsExactly(2, 16, 32, 32);
    assertThat(activations.get("stage2-block1").shape()).containsExactly(2, 32, 16, 16);
    assertThat(activations.get("stage3-block1").shape()).containsExactly(2, 64, 8, 8);
    assertThat(activations.get("pool").shape()).containsExactly(2, 64, 1, 1);
    assertThat(activations.get("output").shape()).containsExactly(2, 10);
  }

  @Test
  void normalisesAndRectifiesBeforeEachConvolutionOfABlock() {
    var inputs = new ResNetSpec(2, 10).configuration(1, 0.9).getVertexInputs();

    assertThat(inputs.get("stage1-block1-1-bn")).containsExactly("conv");
    assertThat(inputs.get("stage1-block1-1-relu")).containsExactly("stage1-block1-1-bn");
    assertThat(inputs.get("stage1-block1-1-conv")).containsExactly("stage1-block1-1-relu");
    assertThat(inputs.get("stage1-block1-2-bn")).containsExactly("stage1-block1-1-conv");
    assertThat(inputs.get("stage1-block1-2-conv")).containsExactly("stage1-block1-2-relu");
    assertThat(inputs.get("final-bn")).containsExactly("stage3-block2");
    assertThat(inputs.get("pool")).containsExactly("final-relu");
  }

  @Test
  void addsTheInputOrIfStridedTheProjectedPreActivation() {
    var inputs = new ResNetSpec(2, 10).configuration(1, 0.9).getVertexInputs();

    assertThat(inputs.get("stage1-block1")).isEqualTo(List.of("stage1-block1-2-conv", "conv"));
    assertThat(inputs.get("stage2-block1"))
        .isEqualTo(List.of("stage2-block1-2-conv", "stage2-block1-shortcut"));
    assertThat(inputs.get("stage2-block1-shortcut")).containsExactly("stage2-block1-1-relu");
    assertThat(inputs.get("stage2-block2"))
        .isEqualTo(List.of("stage2-block2-2-conv", "stage2-block1"));
  }

  /**
   * TensorFlow's "same": with stride 2 on an even size the padding is at the bottom and the right
   * only.
   */
  @Test
  void padsAStridedConvolutionAtTheBottomAndTheRightOnly() {
    ComputationGraph graph = new ResNetSpec(1, 10).initialise(1, 0.9);
    INDArray weights = graph.getParam("stage2-block1-1-conv_W"); // [32, 16, 3, 3]
    weights.assign(0);
    // Output channel 0 sums the whole 3×3 window of input channel 0.
    for (int y = 0; y < 3; y++) {
      for (int x = 0; x < 3; x++) {
        weights.putScalar(new int[] {0, 0, y, x}, 1);
      }
    }
    INDArray ones = Nd4j.ones(DataType.FLOAT, 1, 16, 32, 32);
    INDArray out =
        graph
            .getLayer("stage2-block1-1-conv")
            .activate(
                ones, false, org.deeplearning4j.nn.workspace.LayerWorkspaceMgr.noWorkspaces());

    assertThat(out.getDouble(0, 0, 0, 0)).as("top left: nothing padded").isEqualTo(9);
    assertThat(out.getDouble(0, 0, 0, 15)).as("right edge: one column padded").isEqualTo(6);
    assertThat(out.getDouble(0, 0, 15, 0)).as("bottom edge: one row padded").isEqualTo(6);
    assertThat(out.getDouble(0, 0, 15, 15)).as("bottom right corner").isEqualTo(4);
  }

  @Test
  void startsWithHeNormalWeightsAndZeroBiases() {
    ComputationGraph graph = new ResNetSpec(3, 10).initialise(1, 0.9);

    INDArray weights = graph.getParam("stage3-block2-1-conv_W");
    assertThat(weights.stdNumber().doubleValue())
        .isCloseTo(Math.sqrt(2.0 / (64 * 9)), within(0.001));
    assertThat(weights.meanNumber().doubleValue()).isCloseTo(0, within(0.001));
    assertThat(graph.getParam("stage3-block2-1-conv_b").sumNumber().doubleValue()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {48, 64, 96})
  void largerImagesHaveTheSameParametersAndAreAveragedWhole(int size) {
    var spec = new ResNetSpec(1, 10, new ImageShape(size));
    ComputationGraph graph = spec.initialise(7, 0.9);

    assertThat(graph.params()).isEqualTo(new ResNetSpec(1, 10).initialise(7, 0.9).params());
    assertThat(graph.output(Nd4j.rand(2, 3, size, size))[0].shape()).containsExactly(2, 10);
    assertThat(spec.activationsPerImage())
        .isEqualTo(new ResNetSpec(1, 10).activationsPerImage() * size * size / 1024);
  }

  @Test
  void startsFromTheSeedAlone() {
    var spec = new ResNetSpec(1, 10);

    assertThat(spec.initialise(7, 0.9).params()).isEqualTo(spec.initialise(7, 0.9).params());
    assertThat(spec.initialise(7, 0.9).params()).isNotEqualTo(spec.initialise(8, 0.9).params());
  }

  @Test
  void usesTheRecipesBatchNormalisation() {
    var norm =
        (BatchNormalization)
            new ResNetSpec(1, 10).initialise(1, 0.9).getLayer("final-bn").conf().getLayer();

    assertThat(norm.getDecay()).isEqualTo(0.9);
    assertThat(norm.getEps()).isEqualTo(1e-5);
    assertThat(norm.isUseLogStd()).isFalse();
  }

  @Test
  void refusesInvalidSizes() {
    assertThatThrownBy(() -> new ResNetSpec(0, 10)).hasMessageContaining("stack_n");
    assertThatThrownBy(() -> new ResNetSpec(1, 1)).hasMessageContaining("2 classes");
  }
}
