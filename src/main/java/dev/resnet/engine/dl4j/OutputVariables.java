package dev.resnet.engine.dl4j;

import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The dense output layer of a graph: its variables, and the vertex that feeds it. */
final class OutputVariables {
  private final ComputationGraph graph;
  private final String output;
  private final String input;

  OutputVariables(ComputationGraph graph) {
    this.graph = graph;
    this.output = graph.getConfiguration().getNetworkOutputs().get(0);
    this.input = graph.getConfiguration().getVertexInputs().get(output).get(0);
  }

  int classes() {
    return Math.toIntExact(bias().length());
  }

  /** What goes into the softmax: [batch, classes]. */
  float[] logits(Map<String, INDArray> activations) {
    INDArray features = activations.get(input);
    INDArray flat = features.reshape(features.size(0), features.length() / features.size(0));
    INDArray logits = flat.mmul(variable(DefaultParamInitializer.WEIGHT_KEY)).addiRowVector(bias());
    return logits.dup('c').data().asFloat();
  }

  private INDArray bias() {
    return variable(DefaultParamInitializer.BIAS_KEY);
  }

  private INDArray variable(String key) {
    return graph.getLayer(output).getParam(key);
  }
}
