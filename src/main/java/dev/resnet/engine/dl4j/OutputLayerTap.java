package dev.resnet.engine.dl4j;

import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
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
  private final Consumer<float[]> afterForward;

  /**
   * Looks at a graph.
   *
   * @param afterForward gets the logits, [batch, classes], before DL4J goes backward
   */
  OutputLayerTap(ComputationGraph graph, Consumer<float[]> afterForward) {
    this.graph = graph;
    this.afterForward = afterForward;
    this.output = graph.getConfiguration().getNetworkOutputs().get(0);
    this.input = graph.getConfiguration().getVertexInputs().get(output).get(0);
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    afterForward.accept(logits(activations));
  }

  /**
   * Writes the gradients of the output layer alone into the graph's array, as sums over the batch,
   * after a forward pass.
   *
   * @param activations of that pass
   * @param targets [batch, classes]
   */
  void backward(Map<String, INDArray> activations, INDArray targets) {
    var layer = (IOutputLayer) graph.getOutputLayer(0);
    layer.setInput(features(activations), LayerWorkspaceMgr.noWorkspaces());
    layer.setLabels(targets);
    layer.backpropGradient(null, LayerWorkspaceMgr.noWorkspaces());
  }

  int classes() {
    return Math.toIntExact(bias().length());
  }

  /** What goes into the softmax: [batch, classes]. */
  float[] logits(Map<String, INDArray> activations) {
    INDArray weights = variable(DefaultParamInitializer.WEIGHT_KEY);
    INDArray logits = features(activations).mmul(weights).addiRowVector(bias());
    return logits.dup('c').data().asFloat();
  }

  /** [batch, everything else] */
  private INDArray features(Map<String, INDArray> activations) {
    INDArray features = activations.get(input);
    return features.reshape(features.size(0), features.length() / features.size(0));
  }

  private INDArray bias() {
    return variable(DefaultParamInitializer.BIAS_KEY);
  }

  private INDArray variable(String key) {
    return graph.getLayer(output).getParam(key);
  }
}
