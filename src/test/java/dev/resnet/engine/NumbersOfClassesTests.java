package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.network.ResNetSpec;
import dev.resnet.pictures.ImageShape;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class NumbersOfClassesTests {
  private static final int BATCH = 16;

  @ParameterizedTest
  @ValueSource(ints = {2, 257, 1000})
  void trainAndClassifyLikeStockDl4j(int classes) {
    ComputationGraph ours = new ResNetSpec(1, classes).initialise(3, 0.9);
    ComputationGraph theirs = new ResNetSpec(1, classes).initialise(3, 0.9);

    double ourLoss = trained(EngineName.ONEDNN, ours, classes);
    double theirLoss = trained(EngineName.DL4J, theirs, classes);

    assertThat(ourLoss).isCloseTo(theirLoss, within(1e-3 * theirLoss));
    INDArray error = ours.params().sub(theirs.params());
    assertThat(error.norm2Number().doubleValue())
        .isLessThan(1e-2 * theirs.params().norm2Number().doubleValue());
    float[] images = NoiseBatches.pixels(1, 9);
    try (var engine =
        Engines.inference(EngineName.ONEDNN, Precision.FLOAT32, ours, ImageShape.CIFAR)) {
      float[] probabilities = engine.probabilities(images, 1)[0];
      assertThat(probabilities).hasSize(classes);
      double sum = 0;
      for (float p : probabilities) {
        sum += p;
      }
      assertThat(sum).isCloseTo(1, within(1e-4));
    }
  }

  /** The mean cross entropy of two steps. */
  private static double trained(EngineName name, ComputationGraph graph, int classes) {
    try (var engine =
        Engines.training(name, Precision.FLOAT32, graph, ImageShape.CIFAR, BATCH, 1e-4)) {
      for (int step = 0; step < 2; step++) {
        Minibatch noise = NoiseBatches.batch(engine.inputLayout(), BATCH, step);
        int[] labels = new Random(step).ints(BATCH, 0, classes).toArray();
        engine.step(new Minibatch(noise.images(), labels), 0.01);
      }
      return engine.takeTally().meanCrossEntropy();
    }
  }
}
