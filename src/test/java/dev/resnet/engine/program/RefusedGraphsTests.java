package dev.resnet.engine.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.FixedSchedule;

/** What the compiled program would pass over in silence is refused instead, by name. */
class RefusedGraphsTests {
  private static final Tensor IMAGE = new Tensor("input", 3, 32, 32);

  /** A small graph with a layer of each kind, of which a test changes one setting. */
  private static final class Graph {
    final NeuralNetConfiguration.Builder settings =
        new NeuralNetConfiguration.Builder()
            .updater(new Nesterovs(0.1, 0.9))
            .convolutionMode(ConvolutionMode.Same);
    final ConvolutionLayer.Builder convolution = new ConvolutionLayer.Builder(3, 3).nOut(4);
    final BatchNormalization.Builder norm = new BatchNormalization.Builder().useLogStd(false);
    final DenseLayer.Builder dense = new DenseLayer.Builder().nOut(5);
    final GlobalPoolingLayer.Builder pooling = new GlobalPoolingLayer.Builder(PoolingType.AVG);
    final OutputLayer.Builder output =
        new OutputLayer.Builder(LossFunction.MCXENT).nOut(10).activation(Activation.SOFTMAX);
    InputType input = InputType.convolutional(32, 32, 3);
    boolean pooled = true;
    boolean flat;

    Graph() {
      settings.activation(Activation.IDENTITY);
    }

    Program compile() {
      var graph = settings.graphBuilder().addInputs("input").setInputTypes(input);
      if (flat) {
        var images = new FeedForwardToCnnPreProcessor(32, 32, 3);
        graph.addLayer("convolution", convolution.build(), images, "input");
      } else {
        graph.addLayer("convolution", convolution.build(), "input");
      }
      graph.addLayer("norm", norm.build(), "convolution");
      if (pooled) {
        graph.addLayer("pooling", pooling.build(), "norm");
      }
      graph.addLayer("dense", dense.build(), pooled ? "pooling" : "norm");
      graph.addLayer("output", output.build(), "dense");
      var built =
          new ComputationGraph(graph.setOutputs("output").validateOutputLayerConfig(false).build());
      built.init();
      return GraphCompiler.training(built, IMAGE);
    }
  }

  private interface Change {
    void apply(Graph graph);
  }

  @Test
  void theGraphIsCompiledAsItIs() {
    assertThat(new Graph().compile().classes()).isEqualTo(10);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("refused")
  void isRefused(String vertex, String what, Change change) {
    var graph = new Graph();
    change.apply(graph);
    assertThatThrownBy(graph::compile)
        .isInstanceOf(UnsupportedGraphException.class)
        .hasMessage("vertex \"%s\" can't be compiled: %s".formatted(vertex, what));
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        refused(
            "convolution", "parameters of type DOUBLE", g -> g.settings.dataType(DataType.DOUBLE)),
        refused(
            "convolution",
            "gradients that are not divided by the batch size",
            g -> g.settings.miniBatch(false)),
        refused("convolution", "a loss that is maximized", g -> g.settings.minimize(false)),
        refused(
            "convolution",
            "the optimization algorithm LBFGS",
            g -> g.settings.optimizationAlgo(OptimizationAlgorithm.LBFGS)),
        refused(
            "convolution",
            "the input preprocessor FeedForwardToCnnPreProcessor",
            g -> {
              g.input = InputType.convolutionalFlat(32, 32, 3);
              g.flat = true;
            }),
        refused("convolution", "dropout", g -> g.settings.dropOut(0.5)),
        refused(
            "convolution",
            "a constraint on its variables",
            g -> g.convolution.constrainWeights(new MaxNormConstraint(1, 1))),
        refused(
            "convolution", "weight noise", g -> g.convolution.weightNoise(new DropConnect(0.5))),
        refused(
            "convolution",
            "an updater other than Nesterovs",
            g -> g.settings.updater(new Adam(0.1))),
        refused(
            "convolution",
            "an updater other than Nesterovs",
            g -> g.settings.biasUpdater(new Adam(0.1))),
        refused(
            "convolution",
            "a schedule of momentum",
            g -> g.settings.updater(new Nesterovs(0.1, new FixedSchedule(0.9)))),
        refused(
            "dense",
            "a momentum other than the others'",
            g -> g.dense.updater(new Nesterovs(0.1, 0.5))),
        refused(
            "convolution",
            "gradient normalization",
            g -> g.settings.gradientNormalization(GradientNormalization.ClipL2PerLayer)),
        refused(
            "convolution",
            "regularization of its own (weight decay is the engine's)",
            g -> g.settings.l2(1e-4)),
        refused("convolution", "a dilated window", g -> g.convolution.dilation(2, 2)),
        refused(
            "convolution",
            "the data format NHWC",
            g -> {
              g.input = InputType.convolutional(32, 32, 3, CNN2DFormat.NHWC);
              g.convolution.dataFormat(CNN2DFormat.NHWC);
            }),
        refused(
            "convolution",
            "36 weights where 4 outputs of 27 inputs each come in",
            g -> g.input = InputType.convolutional(32, 32, 1)),
        refused(
            "dense",
            "81920 weights where 5 outputs of 4096 inputs each come in",
            g -> {
              g.input = InputType.convolutional(64, 64, 3);
              g.pooled = false;
            }),
        refused("norm", "locked scale and shift", g -> g.norm.lockGammaBeta(true)),
        refused("norm", "a running logarithm of the deviation", g -> g.norm.useLogStd(true)),
        refused("norm", "statistics over more than the batch", g -> g.norm.minibatch(false)),
        refused("pooling", "SUM pooling", g -> g.pooling.poolingType(PoolingType.SUM)),
        refused("dense", "layer normalization", g -> g.dense.hasLayerNorm(true)),
        refused(
            "dense",
            "the activation tanh (ReLU and identity are known)",
            g -> g.dense.activation(Activation.TANH)),
        refused(
            "output",
            "an output other than softmax",
            g -> g.output.activation(Activation.SIGMOID)));
  }

  private static Arguments refused(String vertex, String what, Change change) {
    return Arguments.of(vertex, what, change);
  }
}
