package dev.resnet.engine.onednn;

import static dev.resnet.engine.onednn.SmallGraphs.addition;
import static dev.resnet.engine.onednn.SmallGraphs.build;
import static dev.resnet.engine.onednn.SmallGraphs.convolution;
import static dev.resnet.engine.onednn.SmallGraphs.dense;
import static dev.resnet.engine.onednn.SmallGraphs.maximum;
import static dev.resnet.engine.onednn.SmallGraphs.norm;
import static dev.resnet.engine.onednn.SmallGraphs.output;
import static dev.resnet.engine.onednn.SmallGraphs.relu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.EngineUnavailableException;
import dev.resnet.engine.Engines;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.NoiseBatches;
import dev.resnet.engine.Precision;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The compiler takes graphs, not one network. */
class OtherGraphsTests {
  private static final int BATCH = 8;

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
  void anUnsupportedLayerIsNamedAndAutoSaysWhyItFallsBack() {
    ComputationGraph graph =
        build(
            g ->
                g.addLayer("conv", convolution(3, 1, 16, Activation.IDENTITY), "input")
                    .addLayer("lrn", new LocalResponseNormalization.Builder().build(), "conv")
                    .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "lrn")
                    .addLayer("output", output(), "pool"));

    assertThatThrownBy(() -> engine(EngineName.ONEDNN, graph))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("\"lrn\"")
        .hasMessageContaining("LocalResponseNormalization");
    try (var engine = engine(EngineName.AUTO, graph)) {
      assertThat(engine.description().engine()).isEqualTo(EngineName.DL4J);
      assertThat(engine.description().reason()).contains("lrn");
    }
  }

  @Test
  void aThousandStepsTakeNoMoreMemoryThanAHundred() throws Exception {
    ComputationGraph graph =
        build(
            g ->
                g.addLayer("conv", convolution(3, 2, 16, Activation.IDENTITY), "input")
                    .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "conv")
                    .addLayer("output", output(), "pool"));
    Minibatch batch = batch(ImageLayout.NHWC);
    try (var engine = engine(EngineName.ONEDNN, graph)) {
      steps(engine, batch, 100);
      long before = residentKilobytes();
      steps(engine, batch, 1000);

      // What the garbage collector does in the meantime is within this; a leak of one block a step
      // is not.
      assertThat(residentKilobytes() - before).isLessThan(40_000);
    }
  }

  @Test
  void aStepLeavesNextToNothingForTheGarbageCollector() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    ComputationGraph graph = new ResNetSpec(1, 10).initialise(1, 0.9);
    Minibatch batch = batch(ImageLayout.NHWC);
    try (var engine = engine(EngineName.ONEDNN, graph)) {
      steps(engine, batch, 20);
      long before = threads.getCurrentThreadAllocatedBytes();
      steps(engine, batch, 50);

      assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 50).isLessThan(2_000);
    }
  }

  @Test
  void engineAfterEngineGivesItsMemoryBack() throws Exception {
    ComputationGraph graph = new ResNetSpec(1, 10).initialise(1, 0.9);
    Minibatch batch = batch(ImageLayout.NHWC);
    long before = 0;
    for (int i = 0; i < 25; i++) {
      try (var engine = engine(EngineName.ONEDNN, graph)) {
        engine.step(batch, 0.01);
        engine.evaluate(batch);
      }
      before = i == 4 ? residentKilobytes() : before;
    }

    // One engine at this size has about 8 MB.
    assertThat(residentKilobytes() - before).isLessThan(60_000);
  }

  private static void steps(TrainingEngine engine, Minibatch batch, int count) {
    for (int i = 0; i < count; i++) {
      engine.step(batch, 0.01);
    }
    assertThat(engine.takeTally().images()).isEqualTo((long) count * BATCH);
  }

  private static long residentKilobytes() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private static void followsStockDl4j(UnaryOperator<GraphBuilder> layers) {
    ComputationGraph ours = build(layers);
    ComputationGraph theirs = build(layers);
    try (var a = engine(EngineName.ONEDNN, ours);
        var b = engine(EngineName.DL4J, theirs)) {
      for (int i = 0; i < 5; i++) {
        a.step(batch(ImageLayout.NHWC), 0.02);
        b.step(batch(ImageLayout.NCHW), 0.02);
        double expected = b.takeTally().crossEntropy();
        assertThat(a.takeTally().crossEntropy()).isCloseTo(expected, within(1e-3 * expected));
      }
    }
    INDArray difference = ours.params().sub(theirs.params());
    assertThat(difference.norm2Number().doubleValue())
        .isLessThan(1e-3 * theirs.params().norm2Number().doubleValue());
  }

  private static TrainingEngine engine(EngineName name, ComputationGraph graph) {
    return Engines.training(name, Precision.FLOAT32, graph, ImageShape.CIFAR, BATCH, 1e-3);
  }

  private static Minibatch batch(ImageLayout layout) {
    return NoiseBatches.batch(layout, BATCH, 6);
  }
}
