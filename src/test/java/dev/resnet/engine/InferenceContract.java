package dev.resnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.resnet.pictures.ImageShape;
import java.util.Arrays;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

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
  void activationMapsAverageToTheLogitsOfStockDl4j() {
    ComputationGraph graph = trained();
    float[] bias = graph.getLayer("output").getParam("b").toFloatVector();
    int count = 5;
    float[] images = NoiseBatches.pixels(count, 9);
    float[][] theirs =
        StockDl4j.once(
                "logits of " + count, () -> StockDl4j.of(graph).answering(logits(graph, images)))
            .probabilities();
    try (var a = Engines.inference(engine, precision, graph, ImageShape.CIFAR)) {
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
          assertThat(sum / maps[i].length + bias[k])
              .as("class %d of image %d", k, i)
              .isCloseTo(theirs[i][k], within(20 * tolerance));
        }
      }
    }
  }

  /** Of DL4J's own forward pass up to the mean; the dense layer is two matrices. */
  private static float[][] logits(ComputationGraph graph, float[] images) {
    INDArray pixels =
        Nd4j.create(images, new long[] {images.length / (3 * 32 * 32), 32, 32, 3}, 'c');
    INDArray mean = graph.feedForward(pixels.permute(0, 3, 1, 2).dup('c'), false).get("pool");
    Layer output = graph.getLayer("output");
    return mean.reshape(mean.size(0), mean.size(1))
        .mmul(output.getParam("W"))
        .addRowVector(output.getParam("b"))
        .toFloatMatrix();
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
