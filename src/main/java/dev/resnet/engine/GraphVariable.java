package dev.resnet.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A variable of a graph.
 *
 * @param name as {@link ComputationGraph#paramTable()} has it: "stem_W"
 * @param values a view of the flattened parameters
 * @param trained false for running statistics
 */
public record GraphVariable(String name, INDArray values, boolean trained) {

  /** All variables in the order of {@link ComputationGraph#params()}. */
  public static List<GraphVariable> all(ComputationGraph graph) {
    List<GraphVariable> variables = new ArrayList<>();
    // The flattened array holds the vertices in topological order.
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = graph.getVertices()[index];
      if (vertex.numParams() > 0) {
        vertex
            .paramTable(false)
            .forEach(
                (key, values) ->
                    variables.add(
                        new GraphVariable(
                            vertex.getVertexName() + "_" + key,
                            values,
                            // DL4J moves running statistics as if they were gradients, and marks
                            // them so.
                            vertex.updaterDivideByMinibatch(key))));
      }
    }
    return variables;
  }

  /**
   * One where an element is trained, zero where it is a running mean or variance.
   *
   * @return as long as {@link ComputationGraph#params()}, in its order
   */
  public static float[] trainedMask(ComputationGraph graph) {
    float[] mask = new float[Math.toIntExact(graph.numParams())];
    int at = 0;
    for (GraphVariable variable : all(graph)) {
      int end = at + Math.toIntExact(variable.values.length());
      Arrays.fill(mask, at, end, variable.trained ? 1 : 0);
      at = end;
    }
    return mask;
  }
}
