package dev.resnet.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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

  /** The same for a training of all variables. */
  public static float[] trainedMask(ComputationGraph graph) {
    return trainedMask(graph, false);
  }

  /**
   * One where an element is trained, zero where it is a running mean or variance or where it is
   * frozen.
   *
   * @param outputOnly whether all but the output layer is frozen
   * @return as long as {@link ComputationGraph#params()}, in its order
   */
  public static float[] trainedMask(ComputationGraph graph, boolean outputOnly) {
    Set<String> output = ofOutput(graph);
    float[] mask = new float[Math.toIntExact(graph.numParams())];
    int at = 0;
    for (GraphVariable variable : all(graph)) {
      int end = at + Math.toIntExact(variable.values.length());
      boolean frozen = outputOnly && !output.contains(variable.name);
      Arrays.fill(mask, at, end, variable.trained && !frozen ? 1 : 0);
      at = end;
    }
    return mask;
  }

  /** The names of the output layer's variables. */
  public static Set<String> ofOutput(ComputationGraph graph) {
    String output = graph.getConfiguration().getNetworkOutputs().get(0);
    return graph.getVertex(output).paramTable(false).keySet().stream()
        .map(key -> output + "_" + key)
        .collect(Collectors.toSet());
  }
}
