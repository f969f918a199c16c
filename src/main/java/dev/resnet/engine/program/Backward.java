package dev.resnet.engine.program;

import dev.resnet.engine.program.Operation.Addition;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.ConvolutionBackward;
import dev.resnet.engine.program.Operation.Dense;
import dev.resnet.engine.program.Operation.DenseBackward;
import dev.resnet.engine.program.Operation.Loss;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.NormalizationBackward;
import dev.resnet.engine.program.Operation.Pooling;
import dev.resnet.engine.program.Operation.PoolingBackward;
import dev.resnet.engine.program.Operation.Relu;
import dev.resnet.engine.program.Operation.ReluBackward;
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

  private Program differentiate() {
    List<Operation> forward = new ArrayList<>(program.forward());
    Loss loss = (Loss) forward.remove(forward.size() - 1);
    Tensor gradient = loss.logits().named(loss.logits().name() + ":gradient");
    forward.add(new Loss(loss.name(), loss.logits(), gradient));
    gradients.put(loss.logits(), gradient);
    for (int i = forward.size() - 2; i >= 0; i--) {
      differentiate(forward.get(i));
    }
    return new Program(program.input(), program.logits(), forward, backward);
  }

  private void differentiate(Operation operation) {
    if (operation instanceof Convolution convolution) {
      Tensor gradient = gradients.get(convolution.target());
      if (convolution.residual() != null) {
        contribute(convolution.residual(), gradient);
      }
      Tensor source = wanted(convolution.source());
      Variable bias = cancels(convolution.target()) ? null : convolution.bias();
      backward.add(new ConvolutionBackward(convolution, gradient, bias, source));
      contribute(convolution.source(), source);
    } else if (operation instanceof Normalization norm) {
      Tensor source = fresh(norm.source());
      backward.add(new NormalizationBackward(norm, gradients.get(norm.target()), source));
      contribute(norm.source(), source);
    } else if (operation instanceof Relu relu) {
      Tensor source = fresh(relu.source());
      backward.add(new ReluBackward(relu, gradients.get(relu.target()), source));
      contribute(relu.source(), source);
    } else if (operation instanceof Pooling pooling) {
      Tensor source = fresh(pooling.source());
      backward.add(new PoolingBackward(pooling, gradients.get(pooling.target()), source));
      contribute(pooling.source(), source);
    } else if (operation instanceof Dense dense) {
      Tensor source = wanted(dense.source());
      backward.add(new DenseBackward(dense, gradients.get(dense.target()), source));
      contribute(dense.source(), source);
    } else if (operation instanceof Addition addition) {
      Tensor gradient = gradients.get(addition.target());
      contribute(addition.left(), gradient);
      contribute(addition.right(), gradient);
    } else {
      throw new IllegalStateException("no derivative of " + operation);
    }
  }

  /**
   * Whether a constant added to a tensor's channels changes nothing in the end, since every way on
   * leads by sums into a normalisation, which subtracts the mean (Ioffe and Szegedy 2015, section
   * 3.2). The gradient of such a bias is zero but for rounding, and costs a pass over the tensor.
   */
  private boolean cancels(Tensor tensor) {
    Boolean known = cancelling.get(tensor);
    if (known == null) {
      known = everyReaderCancels(tensor);
      cancelling.put(tensor, known);
    }
    return known;
  }

  private boolean everyReaderCancels(Tensor tensor) {
    return program.forward().stream()
        .filter(operation -> operation.reads().contains(tensor))
        .allMatch(
            operation ->
                operation instanceof Normalization
                    || operation instanceof Addition addition && cancels(addition.target())
                    || operation instanceof Convolution convolution
                        && !convolution.source().equals(tensor)
                        && cancels(convolution.target()));
  }

  private void contribute(Tensor tensor, @Nullable Tensor contribution) {
    if (contribution == null) {
      return;
    }
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

  /** Null for the images: nothing before them is trained. */
  private @Nullable Tensor wanted(Tensor tensor) {
    return tensor.equals(program.input()) ? null : fresh(tensor);
  }

  private Tensor fresh(Tensor tensor) {
    contributions++;
    return tensor.named(tensor.name() + ":gradient" + contributions);
  }
}
