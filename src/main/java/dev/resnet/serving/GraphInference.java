package dev.resnet.serving;

import dev.resnet.engine.EngineDescription;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.InferenceEngine;
import dev.resnet.engine.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Stock DL4J inference. A graph keeps the activations of its forward pass in its layers, so one
 * call runs at a time.
 */
final class GraphInference implements InferenceEngine {
  private final ComputationGraph graph;
  private final ReentrantLock running = new ReentrantLock();

  private GraphInference(ComputationGraph graph) {
    this.graph = graph;
  }

  static GraphInference open(Path modelZip) throws IOException {
    return new GraphInference(ComputationGraph.load(modelZip.toFile(), false));
  }

  @Override
  public EngineDescription description() {
    return new EngineDescription(
        EngineName.DL4J, Precision.FLOAT32, "CPU", "stock DL4J runs every graph");
  }

  @Override
  public float[][] probabilities(float[] images, int count) {
    running.lock();
    try (var input = Nd4j.create(images, new long[] {count, 3, 32, 32}, 'c');
        var output = graph.outputSingle(input)) {
      return output.toFloatMatrix();
    } finally {
      running.unlock();
    }
  }

  @Override
  public void close() {
    // Frees the off-heap memory now; the garbage collector would come late, since it sees little.
    if (graph.params().closeable()) {
      graph.params().close();
    }
  }
}
