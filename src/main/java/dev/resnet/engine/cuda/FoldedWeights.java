package dev.resnet.engine.cuda;

import dev.resnet.engine.Owned;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.FoldedConvolution;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Program;
import java.util.HashMap;
import java.util.Map;

/**
 * The weights and the biases of convolutions with the batch normalisations after them folded in,
 * computed once: {@code w' = w · s} and {@code b' = (b − mean) · s + shift} with {@code s = scale /
 * √(variance + ε)}, per output channel.
 */
final class FoldedWeights implements AutoCloseable {
  private final DeviceParameters parameters;
  private final Kernels kernels;
  private final Map<FoldedConvolution, Place> places = new HashMap<>();
  private final Owned owned = new Owned();

  /** The addresses of the weights, [output channels, …], and of the biases; both float32. */
  record Place(long weights, long bias) {}

  /** Folds whatever a program has folded, with the parameters as they are now. */
  FoldedWeights(Program program, DeviceParameters parameters, Kernels kernels, CudaStream stream) {
    this.parameters = parameters;
    this.kernels = kernels;
    try {
      for (var operation : program.forward()) {
        if (operation instanceof FoldedConvolution convolution) {
          places.put(convolution, fold(convolution, stream));
        }
      }
      stream.synchronize();
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private Place fold(FoldedConvolution op, CudaStream stream) {
    Convolution convolution = op.convolution();
    Normalization norm = op.normalization();
    int count = convolution.weights().length();
    int channels = convolution.target().channels();
    int each = count / channels;
    var place = new Place(allocate(count), allocate(channels));
    stream.launch(
        kernels.launch(
            "foldWeights",
            Kernels.blocks(each, Kernels.BLOCK),
            channels,
            Kernels.BLOCK,
            new Arguments()
                .addresses(
                    parameters.value(convolution.weights()),
                    convolution.bias() == null ? 0 : parameters.value(convolution.bias()),
                    parameters.value(norm.mean()),
                    parameters.value(norm.variance()),
                    parameters.value(norm.scale()),
                    parameters.value(norm.shift()))
                .reals((float) norm.epsilon())
                .addresses(place.weights, place.bias)
                .integers(channels, each)));
    return place;
  }

  private long allocate(int count) {
    return owned.add(new DeviceMemory((long) count * Float.BYTES)).at(0);
  }

  Place of(FoldedConvolution convolution) {
    return places.get(convolution);
  }

  @Override
  public void close() {
    owned.close();
  }
}
