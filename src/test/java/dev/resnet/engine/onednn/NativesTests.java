package dev.resnet.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.engine.EngineContract;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

/** Whatever fails half-way gives back all of its native memory: every k-th allocation fails. */
class NativesTests {
  private static final int BATCH = 2;

  private final ComputationGraph graph = oneOfEachLayer();
  private final Minibatch batch =
      new Minibatch(
          Nd4j.create(EngineContract.pixels(BATCH, 1), new long[] {BATCH, 32, 32, 3}, 'c'),
          new int[BATCH]);

  /** What a user of the engine may be doing when memory runs out. */
  enum Work {
    TRAINING {
      @Override
      void run(ComputationGraph graph, Minibatch batch, Precision precision) {
        Engines.training(EngineName.ONEDNN, precision, graph, BATCH, 0).close();
      }
    },
    EVALUATION {
      @Override
      void run(ComputationGraph graph, Minibatch batch, Precision precision) {
        try (var engine = Engines.training(EngineName.ONEDNN, precision, graph, BATCH, 0)) {
          engine.evaluate(batch);
        }
      }
    },
    CLASSIFICATION {
      @Override
      void run(ComputationGraph graph, Minibatch batch, Precision precision) {
        try (var engine = Engines.inference(EngineName.ONEDNN, precision, graph)) {
          engine.probabilities(EngineContract.pixels(1, 1), 1);
        }
      }
    },
    CHOICE_OF_PRECISION {
      @Override
      void run(ComputationGraph graph, Minibatch batch, Precision precision) {
        AutoPrecision.trial(precision == Precision.FLOAT32 ? OneDnn.FLOAT32 : OneDnn.BFLOAT16);
      }
    };

    abstract void run(ComputationGraph graph, Minibatch batch, Precision precision);
  }

  private record Case(Work work, Precision precision) {}

  private static Stream<Case> cases() {
    return Stream.of(Precision.FLOAT32, Precision.BFLOAT16)
        .filter(precision -> Engines.refusal(EngineName.ONEDNN, precision).isEmpty())
        .flatMap(precision -> Stream.of(Work.values()).map(work -> new Case(work, precision)));
  }

  @AfterEach
  void nothingIsPlantedAnyMore() {
    Natives.before(null);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nothingIsLeftWhicheverAllocationFails(Case tried) {
    long open = Natives.open();
    int allocations = count(tried);
    assertThat(Natives.open()).isEqualTo(open);
    assertThat(allocations).isGreaterThan(8);

    List<Integer> leaking = new ArrayList<>();
    for (int k = 1; k <= allocations; k++) {
      failAt(k);
      assertThatThrownBy(() -> tried.work.run(graph, batch, tried.precision))
          .as("allocation %d of %d", k, allocations)
          .hasStackTraceContaining("planted");
      Natives.before(null);
      if (Natives.open() != open) {
        leaking.add(k);
        open = Natives.open();
      }
    }
    assertThat(leaking).as("of %d allocations", allocations).isEmpty();
  }

  private int count(Case tried) {
    int[] count = {0};
    Natives.before(() -> count[0]++);
    tried.work.run(graph, batch, tried.precision);
    Natives.before(null);
    return count[0];
  }

  private static void failAt(int k) {
    int[] left = {k};
    Natives.before(
        () -> {
          if (--left[0] == 0) {
            throw new OutOfMemoryError("planted");
          }
        });
  }

  private static ComputationGraph oneOfEachLayer() {
    var conf =
        new NeuralNetConfiguration.Builder()
            .seed(4)
            .updater(new Nesterovs(0.1, 0.9))
            .convolutionMode(ConvolutionMode.Same)
            .graphBuilder()
            .addInputs("input")
            .setInputTypes(InputType.convolutional(32, 32, 3))
            .addLayer("conv1", convolution(16, 2), "input")
            .addLayer("norm1", new BatchNormalization.Builder().useLogStd(false).build(), "conv1")
            .addLayer("relu1", new ActivationLayer(Activation.RELU), "norm1")
            .addLayer("conv2", convolution(16, 1), "relu1")
            .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "conv2", "relu1")
            .addLayer("relu2", new ActivationLayer(Activation.RELU), "add")
            .addLayer(
                "pool",
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                    .kernelSize(2, 2)
                    .stride(2, 2)
                    .convolutionMode(ConvolutionMode.Truncate)
                    .build(),
                "relu2")
            .addLayer(
                "dense",
                new DenseLayer.Builder().nOut(8).activation(Activation.RELU).build(),
                "pool")
            .addLayer(
                "output",
                new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build(),
                "dense")
            .setOutputs("output")
            .build();
    var graph = new ComputationGraph(conf);
    graph.init();
    return graph;
  }

  private static ConvolutionLayer convolution(int width, int stride) {
    return new ConvolutionLayer.Builder(3, 3)
        .stride(stride, stride)
        .nOut(width)
        .activation(Activation.IDENTITY)
        .build();
  }
}
