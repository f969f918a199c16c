package dev.resnet.engine;

import dev.resnet.engine.program.ClassActivation;
import dev.resnet.engine.program.GraphCompiler;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Program;
import dev.resnet.pictures.ImageShape;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@link InferenceEngine#activationMaps} by DL4J's forward pass, in float32, for engines that have
 * no way of their own. One request at a time.
 */
public final class ActivationMaps {
  /** DL4J's memory grows with the batch. */
  private static final int LARGEST_CHUNK = 16;

  private final ComputationGraph graph;
  private final int size;
  private final ReentrantLock lock = new ReentrantLock();

  /** Null until it is first needed. */
  private @Nullable Ending ending;

  /**
   * The end of the network.
   *
   * @param features the vertex before the mean
   * @param weighting of the features
   */
  private record Ending(String features, Convolution weighting) {}

  /**
   * @param graph that nobody else uses while a map is computed
   */
  public ActivationMaps(ComputationGraph graph, ImageShape shape) {
    this.graph = graph;
    this.size = shape.size();
  }

  /** As {@link InferenceEngine#activationMaps}. */
  public float[][] of(float[] images, int[] classes) {
    float[][] maps = new float[classes.length][];
    int image = images.length / Math.max(1, classes.length);
    lock.lock();
    try {
      for (int from = 0; from < classes.length; from += LARGEST_CHUNK) {
        int to = Math.min(from + LARGEST_CHUNK, classes.length);
        float[] chunk = Arrays.copyOfRange(images, from * image, to * image);
        int[] wanted = Arrays.copyOfRange(classes, from, to);
        float[][] rows = OpenMp.withThreads(1, () -> chunk(chunk, wanted));
        System.arraycopy(rows, 0, maps, from, rows.length);
      }
      return maps;
    } finally {
      lock.unlock();
    }
  }

  private float[][] chunk(float[] images, int[] classes) {
    Ending last = ending();
    try (INDArray pixels = Nd4j.create(images, new long[] {classes.length, size, size, 3}, 'c');
        INDArray input = pixels.permute(0, 3, 1, 2).dup('c')) {
      INDArray features =
          graph.output(List.of(last.features), false, new INDArray[] {input}, null)[0];
      return weighted(features.dup('c').data().asFloat(), last.weighting, classes);
    }
  }

  /**
   * @param features [images, channels, positions]
   */
  private float[][] weighted(float[] features, Convolution last, int[] classes) {
    float[] weights = weights(last);
    int channels = last.source().channels();
    int positions = last.source().height() * last.source().width();
    float[][] maps = new float[classes.length][positions];
    for (int i = 0; i < classes.length; i++) {
      for (int p = 0; p < positions; p++) {
        double sum = 0;
        for (int k = 0; k < channels; k++) {
          sum +=
              (double) weights[classes[i] * channels + k]
                  * features[(i * channels + k) * positions + p];
        }
        maps[i][p] = (float) sum;
      }
    }
    return maps;
  }

  /** [classes, channels] */
  private float[] weights(Convolution last) {
    float[] all = graph.params().reshape(graph.numParams()).toFloatVector();
    int from = Math.toIntExact(last.weights().offset());
    return Arrays.copyOfRange(all, from, from + last.weights().length());
  }

  private Ending ending() {
    if (ending == null) {
      Program program = GraphCompiler.inference(graph, GraphCompiler.images(new ImageShape(size)));
      var forward = ClassActivation.maps(program).forward();
      // Three operations of the one program became two in the other.
      String mean = program.forward().get(forward.size() - 2).name();
      ending =
          new Ending(
              graph.getConfiguration().getVertexInputs().get(mean).get(0),
              (Convolution) forward.get(forward.size() - 2));
    }
    return ending;
  }
}
