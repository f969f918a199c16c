package dev.resnet.engine.onnx;

import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.FoldedConvolution;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Variable;
import java.util.Arrays;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** A graph's parameters, as an exported model stores them. */
final class Weights {
  private final float[] all;

  Weights(ComputationGraph graph) {
    this.all = graph.params().reshape(graph.numParams()).toFloatVector();
  }

  float[] of(Variable variable) {
    int from = Math.toIntExact(variable.offset());
    return Arrays.copyOfRange(all, from, from + variable.length());
  }

  /** The weights and the bias of one convolution. */
  record Filters(float[] weights, float[] bias) {}

  /**
   * A convolution with the batch normalisation after it folded in, in double precision and rounded
   * once, as the engines do: {@code w' = w · s} and {@code b' = (b − mean) · s + shift} with {@code
   * s = scale / √(variance + ε)}, per output channel.
   */
  Filters folded(FoldedConvolution operation) {
    Convolution convolution = operation.convolution();
    Normalization norm = operation.normalization();
    float[] weights = of(convolution.weights());
    int channels = norm.scale().length();
    float[] bias = convolution.bias() == null ? new float[channels] : of(convolution.bias());
    int filter = weights.length / channels;
    for (int c = 0; c < channels; c++) {
      double s = value(norm.scale(), c) / Math.sqrt(value(norm.variance(), c) + norm.epsilon());
      for (int i = c * filter; i < (c + 1) * filter; i++) {
        weights[i] = (float) (weights[i] * s);
      }
      double centred = (double) bias[c] - value(norm.mean(), c);
      bias[c] = (float) (centred * s + value(norm.shift(), c));
    }
    return new Filters(weights, bias);
  }

  private float value(Variable variable, int i) {
    return all[Math.toIntExact(variable.offset()) + i];
  }
}
