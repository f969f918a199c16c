package dev.resnet.engine.cuda;

import dev.resnet.engine.program.Operation;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.ConvolutionBackward;
import dev.resnet.engine.program.Operation.Dense;
import dev.resnet.engine.program.Operation.Loss;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.Pooling;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Tensor;
import dev.resnet.engine.program.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A program that the fused kernels can run: convolutions of 16, 32 or 64 channels; each batch
 * normalisation with its ReLU stands between convolutions, so that the readers apply it while they
 * load; at the end the mean over the image and a dense layer.
 */
final class FusedNetwork {
  private static final Set<Integer> CHANNELS = Set.of(16, 32, 64);

  /** The images' three channels are padded to this many. */
  static final int INPUT_CHANNELS = 16;

  private final Program program;
  private final List<Convolution> convolutions = new ArrayList<>();
  private final List<Normalization> normalizations = new ArrayList<>();
  private final Map<Tensor, Normalization> byTarget = new HashMap<>();
  private final Map<Tensor, Normalization> bySource = new HashMap<>();
  private final Map<Tensor, Convolution> byOutput = new HashMap<>();
  private @Nullable Pooling pooling;
  private @Nullable Dense dense;
  private @Nullable Loss loss;

  private FusedNetwork(Program program) {
    this.program = program;
  }

  /** The network, where all of the program fits the pattern. */
  static Optional<FusedNetwork> of(Program program) {
    var network = new FusedNetwork(program);
    boolean fits = program.forward().stream().allMatch(network::take) && network.isComplete();
    return fits ? Optional.of(network) : Optional.empty();
  }

  private boolean take(Operation operation) {
    if (dense == null && pooling == null && operation instanceof Convolution convolution) {
      return take(convolution);
    } else if (pooling == null && operation instanceof Normalization norm) {
      return take(norm);
    } else if (pooling == null && operation instanceof Pooling last) {
      pooling = last;
      Window window = last.window();
      return !last.maximum()
          && byTarget.containsKey(last.source())
          && last.target().height() == 1
          && last.target().width() == 1
          && window.kernelHeight() == last.source().height()
          && window.kernelWidth() == last.source().width();
    } else if (pooling != null && dense == null && operation instanceof Dense output) {
      dense = output;
      return output.source().equals(pooling.target());
    } else if (dense != null && loss == null && operation instanceof Loss end) {
      loss = end;
      return true;
    }
    return false;
  }

  private boolean take(Convolution convolution) {
    Tensor source = convolution.source();
    Tensor target = convolution.target();
    Tensor residual = convolution.residual();
    convolutions.add(convolution);
    byOutput.put(target, convolution);
    boolean knownSource =
        source.equals(program.input())
            ? source.channels() <= INPUT_CHANNELS
            : byTarget.containsKey(source) && CHANNELS.contains(source.channels());
    return knownSource
        && CHANNELS.contains(target.channels())
        && fits(convolution.window(), source, target)
        && (residual == null || byOutput.containsKey(residual));
  }

  private static boolean fits(Window window, Tensor source, Tensor target) {
    int stride = window.strideHeight();
    int kernel = window.kernelHeight();
    return (kernel == 1 || kernel == 3)
        && (stride == 1 || stride == 2)
        && window.kernelWidth() == kernel
        && window.strideWidth() == stride
        && window.top() == window.left()
        && window.top() < kernel
        && source.height() == stride * target.height()
        && source.width() == stride * target.width();
  }

  private boolean take(Normalization norm) {
    normalizations.add(norm);
    byTarget.put(norm.target(), norm);
    return norm.relu()
        && byOutput.containsKey(norm.source())
        && bySource.put(norm.source(), norm) == null;
  }

  private boolean isComplete() {
    return loss != null
        && convolutions.stream().allMatch(this::isUsedAsExpected)
        && (program.backward().isEmpty() || trainsEverything());
  }

  /** A convolution's result goes into one normalisation, one shortcut, or both. */
  private boolean isUsedAsExpected(Convolution convolution) {
    long shortcuts =
        convolutions.stream().filter(c -> convolution.target().equals(c.residual())).count();
    return shortcuts <= 1 && (shortcuts == 1 || bySource.containsKey(convolution.target()));
  }

  private boolean trainsEverything() {
    boolean all =
        program.differentiated().size() == convolutions.size() + normalizations.size() + 2;
    return all
        && program.backward().stream()
            .noneMatch(
                operation ->
                    operation instanceof ConvolutionBackward backward && backward.bias() != null);
  }

  Program program() {
    return program;
  }

  boolean trains() {
    return !program.backward().isEmpty();
  }

  List<Convolution> convolutions() {
    return convolutions;
  }

  List<Normalization> normalizations() {
    return normalizations;
  }

  boolean readsImages(Convolution convolution) {
    return convolution.source().equals(program.input());
  }

  /** Channels that a convolution gathers, with padding. */
  int inputs(Convolution convolution) {
    return readsImages(convolution) ? INPUT_CHANNELS : convolution.source().channels();
  }

  /** The normalisation that writes a tensor. */
  Normalization normalizationTo(Tensor target) {
    return byTarget.get(target);
  }

  /** The normalisation that reads a tensor; null where only a shortcut reads it. */
  @Nullable Normalization normalizationOf(Tensor source) {
    return bySource.get(source);
  }

  /** The convolution whose result a tensor is added to; null for none. */
  @Nullable Convolution shortcutOf(Tensor tensor) {
    return convolutions.stream()
        .filter(convolution -> tensor.equals(convolution.residual()))
        .findFirst()
        .orElse(null);
  }

  Pooling pooling() {
    return Objects.requireNonNull(pooling);
  }

  Dense dense() {
    return Objects.requireNonNull(dense);
  }

  Loss loss() {
    return Objects.requireNonNull(loss);
  }
}
