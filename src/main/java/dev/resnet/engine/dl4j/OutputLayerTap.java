package dev.resnet.engine.dl4j;

import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Computes the logits of a graph's dense output layer from what the layer before it puts out. In
 * training, DL4J keeps neither the output layer's activations nor its logits.
 */
final class OutputLayerTap extends BaseTrainingListener {
  private final ComputationGraph graph;
  private final String output;
  private final String input;
  private float[] latest = new float[0];

  OutputLayerTap(ComputationGraph graph) {
    this.graph = graph;
    this.output = graph.getConfiguration().getNetworkOutputs().get(0);
    this.input = graph.getConfiguration().getVertexInputs().get(output).get(0);
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    latest = logits(activations);
  }

  /** Of the latest forward pass in training: [batch, classes]. */
  float[] latestLogits() {
    return latest;
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
