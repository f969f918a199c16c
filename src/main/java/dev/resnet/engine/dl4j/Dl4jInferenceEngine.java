package dev.resnet.engine.dl4j;

import dev.resnet.engine.ActivationMaps;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.pictures.ImageShape;
import java.util.concurrent.locks.ReentrantLock;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DL4J's own forward pass. A graph keeps its activations in itself, so one request runs at a time.
 */
final class Dl4jInferenceEngine implements InferenceEngine {
  private final ComputationGraph graph;
  private final int size;
  private final ActivationMaps maps;
  private final ReentrantLock lock = new ReentrantLock();

  Dl4jInferenceEngine(ComputationGraph graph, ImageShape shape) {
    this.graph = graph;
    this.size = shape.size();
    this.maps = new ActivationMaps(graph, shape);
  }

  @Override
  public float[][] probabilities(float[] images, int count) {
    lock.lock();
    try (INDArray pixels = Nd4j.create(images, new long[] {count, size, size, 3}, 'c');
        INDArray input = pixels.permute(0, 3, 1, 2).dup('c')) {
      return graph.output(false, input)[0].toFloatMatrix();
    } finally {
      lock.unlock();
    }
  }

  /** The parameters; what DL4J takes for activations is not known. */
  @Override
  public long bytes() {
    return graph.params().length() * Float.BYTES;
  }

  @Override
  public float[][] activationMaps(float[] images, int[] classes) {
    lock.lock();
    try {
      return maps.of(images, classes);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {}
}
