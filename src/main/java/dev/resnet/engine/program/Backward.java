package dev.resnet.engine.program;

import dev.resnet.engine.program.Operation.Addition;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.ConvolutionBackward;
import dev.resnet.engine.program.Operation.Dense;
import dev.resnet.engine.program.Operation.DenseBackward;
import dev.resnet.engine.program.Operation.Gradient;
import dev.resnet.engine.program.Operation.Layer;
import dev.resnet.engine.program.Operation.Loss;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.NormalizationBackward;
import dev.resnet.engine.program.Operation.Pooling;
import dev.resnet.engine.program.Operation.PoolingBackward;
import dev.resnet.engine.program.Operation.Relu;
import dev.resnet.engine.program.Operation.ReluBackward;
import dev.resnet.engine.program.Operation.WeightedLayer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reverse-mode differentiation of a program.
 *
 * <p>The gradient of a tensor with several users is a sum: the first contribution is taken as it
 * is, each further one is computed into a tensor of its own and the sum so far is added to that. An
 * addition hands its gradient on to both sides without a copy, so a sum is never formed in place of
 * something that another operation still reads.
 */
final class Backward {
  private final Program program;
  private final List<Operation> backward = new ArrayList<>();

  /** The sum of the contributions so far, by the tensor whose gradient it is. */
  private final Map<Tensor, Tensor> gradients = new HashMap<>();

  /** What {@link #cancels} has found so far. */
  private final Map<Tensor, Boolean> cancelling = new HashMap<>();

  private int contributions;

  private Backward(Program program) {
    this.program = program;
  }

  static Program of(Program program) {
    return new Backward(program).differentiate();
  }

  /** Only the gradients of the output layer's variables. */
  static Program ofOutput(Program program) {
    return new Backward(program).differentiateOutput();
  }

  private Program differentiate() {
    List<Operation> forward = withGradientOfLoss();
    for (int i = forward.size() - 2; i >= 0; i--) {
      differentiate(forward.get(i));
    }
    return new Program(program.input(), program.logits(), forward, backward);
  }

  private Program differentiateOutput() {
    List<Operation> forward = withGradientOfLoss();
    Layer output = (Layer) forward.get(forward.size() - 2);
    backward.add(gradient(output, gradients.get(output.target()), null));
    return new Program(program.input(), program.logits(), forward, backward);
  }

  private List<Operation> withGradientOfLoss() {
    List<Operation> forward = new ArrayList<>(program.forward());
    Loss loss = program.loss();
    Tensor gradient = loss.logits().named(loss.logits().name() + ":gradient");
    gradients.put(loss.logits(), gradient);
    forward.set(forward.size() - 1, new Loss(loss.name(), loss.logits(), gradient));
    return forward;
  }

  private void differentiate(Operation operation) {
    if (operation instanceof Addition addition) {
      Tensor gradient = gradients.get(addition.target());
      contribute(addition.left(), gradient);
      contribute(addition.right(), gradient);
    } else {
      differentiate((Layer) operation);
    }
  }

  private void differentiate(Layer layer) {
    Tensor target = gradients.get(layer.target());
    if (layer instanceof Convolution convolution && convolution.residual() != null) {
      contribute(convolution.residual(), target);
    }
    // Nothing before the images is trained.
    boolean first = layer instanceof WeightedLayer && layer.source().equals(program.input());
    Tensor source = first ? null : fresh(layer.source());
    backward.add(gradient(layer, target, source));
    if (source != null) {
      contribute(layer.source(), source);
    }
  }

  private Gradient gradient(Layer layer, Tensor target, @Nullable Tensor source) {
    if (layer instanceof Convolution convolution) {
      Variable bias = cancels(convolution.target()) ? null : convolution.bias();
      return new ConvolutionBackward(convolution, target, bias, source);
    } else if (layer instanceof Normalization norm) {
      return new NormalizationBackward(norm, target, source);
    } else if (layer instanceof Relu relu) {
      return new ReluBackward(relu, target, source);
    } else if (layer instanceof Pooling pooling) {
      return new PoolingBackward(pooling, target, source);
    } else if (layer instanceof Dense dense) {
      return new DenseBackward(dense, target, source);
    }
    throw new IllegalStateException("no derivative of " + layer);
  }

  /**
   * Whether a constant added to a tensor's channels changes no output: every path from the tensor
   * leads, through additions at most, to a batch normalisation, which subtracts the mean (Ioffe and
   * Szegedy 2015, section 3.2). The gradient of such a bias is zero except for rounding, and
   * computing it would cost a pass over the tensor.
   */
  private boolean cancels(Tensor tensor) {
    Boolean known = cancelling.get(tensor);
    if (known == null) {
      known =
          program.forward().stream()
              .filter(operation -> operation.reads().contains(tensor))
              .allMatch(reader -> cancels(reader, tensor));
      cancelling.put(tensor, known);
    }
    return known;
  }

  private boolean cancels(Operation reader, Tensor tensor) {
    return reader instanceof Normalization
        || reader instanceof Addition addition && cancels(addition.target())
        || reader instanceof Convolution convolution
            && !convolution.source().equals(tensor)
            && cancels(convolution.target());
  }

  private void contribute(Tensor tensor, Tensor contribution) {
    Tensor sum = gradients.get(tensor);
    if (sum == null) {
      gradients.put(tensor, contribution);
      return;
    }
    boolean own = contribution.name().startsWith(tensor.name() + ":gradient");
    Tensor target = own ? contribution : fresh(tensor);
    backward.add(new Addition(tensor.name(), contribution, sum, target));
    gradients.put(tensor, target);
  }

  private Tensor fresh(Tensor tensor) {
    contributions++;
    return tensor.named(tensor.name() + ":gradient" + contributions);
  }
}
