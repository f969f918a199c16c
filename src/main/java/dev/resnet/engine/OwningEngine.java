package dev.resnet.engine;

import dev.resnet.pictures.ImageShape;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * An engine for a network that nothing else uses. Closing it also frees the graph's parameters:
 * they lie outside the heap, where the garbage collector would free them only when the heap is
 * short.
 */
public final class OwningEngine implements InferenceEngine {
  private final InferenceEngine engine;
  private final ComputationGraph graph;

  private OwningEngine(InferenceEngine engine, ComputationGraph graph) {
    this.engine = engine;
    this.graph = graph;
  }

  /** Makes an engine for a graph. */
  @FunctionalInterface
  public interface Maker {
    InferenceEngine make(ComputationGraph graph);
  }

  /**
   * Loads a network.
   *
   * @param modelZip a DL4J zip
   */
  public static OwningEngine load(Path modelZip, Maker maker) throws IOException {
    ComputationGraph graph = ComputationGraph.load(modelZip.toFile(), false);
    try {
      return new OwningEngine(maker.make(graph), graph);
    } catch (RuntimeException | Error e) {
      free(graph);
      throw e;
    }
  }

  /** As {@link #load(Path, Maker)}, with the engine that {@link Engines#inference} chooses. */
  public static OwningEngine load(
      Path modelZip, EngineName name, Precision precision, ImageShape shape) throws IOException {
    return load(modelZip, graph -> Engines.inference(name, precision, graph, shape));
  }

  @Override
  public float[][] probabilities(float[] images, int count) {
    return engine.probabilities(images, count);
  }

  @Override
  public Precision precision() {
    return engine.precision();
  }

  @Override
  public float[][] activationMaps(float[] images, int[] classes) {
    return engine.activationMaps(images, classes);
  }

  @Override
  public long bytes() {
    return engine.bytes();
  }

  /** Nothing may be computed any more: the parameters are read whenever a program is made. */
  @Override
  public void close() {
    engine.close();
    free(graph);
  }

  /** Not graph.close(): it also runs the garbage collector, which stops all requests. */
  private static void free(ComputationGraph graph) {
    graph.params().close();
  }
}
