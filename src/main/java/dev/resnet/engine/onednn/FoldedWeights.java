package dev.resnet.engine.onednn;

import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.FoldedConvolution;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Variable;
import java.nio.FloatBuffer;

/**
 * The weights and the bias of a convolution with the batch normalisation after it folded in: {@code
 * w' = w · s} and {@code b' = (b − mean) · s + shift} with {@code s = scale / √(variance + ε)}, per
 * output channel.
 */
final class FoldedWeights {
  private final Binding binding;
  private final FoldedConvolution operation;
  private final OneDnn.Memory weights;
  private final OneDnn.Memory bias;

  FoldedWeights(Binding binding, FoldedConvolution operation) {
    this.binding = binding;
    this.operation = operation;
    Convolution convolution = operation.convolution();
    this.weights = binding.allocate(OneDnn.FLOAT32, OneDnn.OIHW, convolution.weightShape());
    this.bias = binding.allocate(OneDnn.FLOAT32, OneDnn.VECTOR, convolution.target().channels());
  }

  OneDnn.Memory weights() {
    return weights;
  }

  OneDnn.Memory bias() {
    return bias;
  }

  /** Computes both from the graph's current parameters. */
  void fold() {
    Convolution convolution = operation.convolution();
    Normalization norm = operation.normalization();
    FloatBuffer from = values(convolution.weights());
    int channels = norm.scale().length();
    int filter = convolution.weights().length() / channels;
    FloatBuffer to = NativeBlock.floats(weights.place(), convolution.weights().length());
    FloatBuffer toBias = NativeBlock.floats(bias.place(), channels);
    for (int c = 0; c < channels; c++) {
      double deviation = Math.sqrt(values(norm.variance()).get(c) + norm.epsilon());
      double s = values(norm.scale()).get(c) / deviation;
      for (int i = c * filter; i < (c + 1) * filter; i++) {
        to.put(i, (float) (from.get(i) * s));
      }
      double b = convolution.bias() == null ? 0 : values(convolution.bias()).get(c);
      double centred = b - values(norm.mean()).get(c);
      toBias.put(c, (float) (centred * s + values(norm.shift()).get(c)));
    }
  }

  private FloatBuffer values(Variable variable) {
    return binding.values(variable);
  }
}
