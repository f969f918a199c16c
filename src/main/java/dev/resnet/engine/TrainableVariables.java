package dev.resnet.engine;

import java.util.Arrays;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;

/**
 * Which elements of a graph's flattened parameter array are trained: all but the running
 * statistics.
 */
public final class TrainableVariables {
  private TrainableVariables() {}

  /**
   * One where an element is trained, zero where it is a running mean or variance.
   *
   * @return as long as {@link ComputationGraph#params()}, in its order
   */
  public static float[] mask(ComputationGraph graph) {
    float[] mask = new float[Math.toIntExact(graph.numParams())];
    int at = 0;
    // The flattened array holds the vertices in topological order.
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = graph.getVertices()[index];
      if (vertex.numParams() == 0) {
        continue;
      }
      for (var variable : vertex.paramTable(false).entrySet()) {
        int length = Math.toIntExact(variable.getValue().length());
        // DL4J moves running statistics as if they were gradients, and marks them so.
        float trained = vertex.updaterDivideByMinibatch(variable.getKey()) ? 1 : 0;
        Arrays.fill(mask, at, at + length, trained);
        at += length;
      }
    }
    return mask;
  }
}
