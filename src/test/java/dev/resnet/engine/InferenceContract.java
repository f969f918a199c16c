package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.pictures.ImageShape;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;

/** What the inference of an engine answers, against stock DL4J. */
abstract class InferenceContract {
  final EngineName engine;
  final Precision precision;
  private final double tolerance;

  /**
   * @param tolerance of a probability
   */
  InferenceContract(EngineName engine, Precision precision, double tolerance) {
    this.engine = engine;
    this.precision = precision;
    this.tolerance = tolerance;
  }

  /** A network for 10 classes of CIFAR's size that is no longer as it was initialised. */
  abstract ComputationGraph trained();

  @Test
  void classifiesLikeStockDl4j() {
    ComputationGraph graph = trained();
    for (int count : new int[] {1, 3, 5, 8}) {
      float[] images = NoiseBatches.pixels(count, 9);
      float[][] theirs =
          StockDl4j.once(
                  "answers of " + count,
                  () -> {
                    try (var oracle =
                        Engines.inference(
                            EngineName.DL4J, Precision.AUTO, graph, ImageShape.CIFAR)) {
                      return StockDl4j.of(graph).answering(oracle.probabilities(images, count));
                    }
                  })
              .probabilities();
      try (var a = Engines.inference(engine, precision, graph, ImageShape.CIFAR)) {
        float[][] ours = a.probabilities(images, count);
        for (int i = 0; i < count; i++) {
          for (int k = 0; k < 10; k++) {
            assertThat((double) ours[i][k]).isCloseTo(theirs[i][k], within(tolerance));
          }
        }
      }
    }
  }

  /** Zhou et al., 2016, section 2: a map's mean and the class's bias make the logit. */
  @Test
  void activationMapsAverageToTheLogits() {
    ComputationGraph graph = trained();
    float[] bias = graph.getLayer("output").getParam("b").toFloatVector();
    int count = 5;
    float[] images = NoiseBatches.pixels(count, 9);
    try (var a = Engines.inference(engine, precision, graph, ImageShape.CIFAR)) {
      float[][] probabilities = a.probabilities(images, count);
      double[][] logits = new double[count][10];
      for (int k = 0; k < 10; k++) {
        int[] classes = new int[count];
        Arrays.fill(classes, k);
        float[][] maps = a.activationMaps(images, classes);
        for (int i = 0; i < count; i++) {
          assertThat(maps[i]).hasSize(8 * 8);
          double sum = 0;
          for (float value : maps[i]) {
            sum += value;
          }
          logits[i][k] = sum / maps[i].length + bias[k];
        }
      }
      for (int i = 0; i < count; i++) {
        double sum = DoubleStream.of(logits[i]).map(Math::exp).sum();
        for (int k = 0; k < 10; k++) {
          assertThat(Math.exp(logits[i][k]) / sum)
              .as("class %d of image %d", k, i)
              .isCloseTo(probabilities[i][k], within(tolerance));
        }
      }
    }
  }

  @Test
  void activationMapsAreThoseOfStockDl4j() {
    ComputationGraph graph = trained();
    int[] classes = {7, 0, 9};
    float[] images = NoiseBatches.pixels(classes.length, 9);
    float[][] theirs = new ActivationMaps(graph, ImageShape.CIFAR).of(images, classes);
    try (var a = Engines.inference(engine, precision, graph, ImageShape.CIFAR)) {
      float[][] ours = a.activationMaps(images, classes);
      for (int i = 0; i < classes.length; i++) {
        assertThat(ours[i]).containsExactly(theirs[i], within((float) (20 * tolerance)));
      }
    }
  }
}
