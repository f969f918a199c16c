package dev.resnet.engine;

import static dev.resnet.engine.SmallGraphs.addition;
import static dev.resnet.engine.SmallGraphs.build;
import static dev.resnet.engine.SmallGraphs.convolution;
import static dev.resnet.engine.SmallGraphs.dense;
import static dev.resnet.engine.SmallGraphs.maximum;
import static dev.resnet.engine.SmallGraphs.norm;
import static dev.resnet.engine.SmallGraphs.output;
import static dev.resnet.engine.SmallGraphs.relu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.pictures.ImageShape;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An engine that runs compiled programs takes graphs, not one network. */
public abstract class OtherGraphsContract {
  protected static final int BATCH = 8;

  private final EngineName name;

  protected OtherGraphsContract(EngineName name) {
    this.name = name;
  }

  @Test
  void postActivationBlocksFollowStockDl4j() {
    followsStockDl4j(
        graph ->
            graph
                .addLayer("stem", convolution(3, 1, 16, Activation.IDENTITY), "input")
                .addLayer("stem-bn", norm(), "stem")
                .addLayer("stem-relu", relu(), "stem-bn")
                .addLayer("a", convolution(3, 1, 16, Activation.IDENTITY), "stem-relu")
                .addLayer("a-bn", norm(), "a")
                .addLayer("a-relu", relu(), "a-bn")
                .addLayer("b", convolution(3, 1, 16, Activation.IDENTITY), "a-relu")
                .addLayer("b-bn", norm(), "b")
                .addVertex("add", addition(), "b-bn", "stem-relu")
                .addLayer("add-relu", relu(), "add")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "add-relu")
                .addLayer("output", output(), "pool"));
  }

  @Test
  void aPlainNetworkWithMaximumPoolingAndDenseLayersFollowsStockDl4j() {
    followsStockDl4j(
        graph ->
            graph
                .addLayer("conv1", convolution(5, 1, 16, Activation.RELU), "input")
                .addLayer("pool1", maximum(), "conv1")
                .addLayer("conv2", convolution(3, 2, 32, Activation.RELU), "pool1")
                .addLayer("pool2", maximum(), "conv2")
                .addLayer("dense", dense(48), "pool2")
                .addLayer("output", output(), "dense"));
  }

  @Test
  void anUnsupportedLayerIsNamed() {
    assertThatThrownBy(() -> engine(name, withAnUnsupportedLayer()))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("\"lrn\"")
        .hasMessageContaining("LocalResponseNormalization");
  }

  protected final void followsStockDl4j(UnaryOperator<GraphBuilder> layers) {
    ComputationGraph ours = build(layers);
    ComputationGraph theirs = build(layers);
    try (var a = engine(name, ours);
        var b = engine(EngineName.DL4J, theirs)) {
      for (int i = 0; i < 5; i++) {
        a.step(batch(ImageLayout.NHWC), 0.02);
        b.step(batch(ImageLayout.NCHW), 0.02);
        double expected = b.takeTally().crossEntropy();
        assertThat(a.takeTally().crossEntropy()).isCloseTo(expected, within(1e-3 * expected));
      }
      a.writeBack();
    }
    INDArray difference = ours.params().sub(theirs.params());
    assertThat(difference.norm2Number().doubleValue())
        .isLessThan(1e-3 * theirs.params().norm2Number().doubleValue());
  }

  protected static ComputationGraph withAnUnsupportedLayer() {
    return build(
        g ->
            g.addLayer("conv", convolution(3, 1, 16, Activation.IDENTITY), "input")
                .addLayer("lrn", new LocalResponseNormalization.Builder().build(), "conv")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "lrn")
                .addLayer("output", output(), "pool"));
  }

  protected static TrainingEngine engine(EngineName name, ComputationGraph graph) {
    return Engines.training(name, Precision.FLOAT32, graph, ImageShape.CIFAR, BATCH, 1e-3);
  }

  protected static Minibatch batch(ImageLayout layout) {
    return NoiseBatches.batch(layout, BATCH, 6);
  }
}
