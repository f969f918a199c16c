package dev.resnet.engine.program;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One fused operation. Forward operations come in the order of the graph, then the backward ones.
 */
public sealed interface Operation extends Access {

  /** After the graph's vertex. */
  String name();

  /** A forward operation that computes one tensor from another. */
  sealed interface Layer extends Operation {
    Tensor source();

    Tensor target();

    @Override
    default List<Tensor> reads() {
      return List.of(source());
    }

    @Override
    default List<Tensor> writes() {
      return List.of(target());
    }
  }

  /** A layer whose weights connect its input with each of its output channels. */
  sealed interface WeightedLayer extends Layer {
    /** C-ordered. */
    Variable weights();

    @Nullable Variable bias();

    /** [output channels, input channels, height, width]. */
    long[] weightShape();
  }

  /**
   * The backward operation of a layer. It also computes the gradients of the layer's variables.
   *
   * @see Backward
   */
  sealed interface Gradient extends Operation {
    Layer forward();

    Tensor targetGradient();

    /** Null where nothing before the layer is trained. */
    @Nullable Tensor sourceGradient();

    @Override
    default String name() {
      return forward().name();
    }

    @Override
    default List<Tensor> reads() {
      return List.of(forward().source(), targetGradient());
    }

    @Override
    default List<Tensor> writes() {
      return present(sourceGradient());
    }
  }

  /**
   * target = convolution(source) + bias, then + residual where there is one.
   *
   * @param residual of the target's shape: the shortcut of a block
   */
  record Convolution(
      String name,
      Tensor source,
      Tensor target,
      Window window,
      Variable weights,
      @Nullable Variable bias,
      @Nullable Tensor residual)
      implements WeightedLayer {
    @Override
    public List<Tensor> reads() {
      return present(source, residual);
    }

    @Override
    public long[] weightShape() {
      return new long[] {
        target.channels(), source.channels(), window.kernelHeight(), window.kernelWidth()
      };
    }

    /** The same convolution with an addition after it. */
    Convolution plus(Tensor shortcut, Tensor sum) {
      return new Convolution(name, source, sum, window, weights, bias, shortcut);
    }
  }

  /**
   * target = scale · (source − mean) / √(variance + ε) + shift, per channel, then max(0, ·) where
   * {@code relu}.
   *
   * @param decay weight of the old running statistic: running = decay · running + (1 − decay) ·
   *     batch
   */
  record Normalization(
      String name,
      Tensor source,
      Tensor target,
      boolean relu,
      Variable scale,
      Variable shift,
      Variable mean,
      Variable variance,
      double epsilon,
      double decay)
      implements Layer {}

  /**
   * A convolution without a residual and the batch normalisation after it as one convolution with
   * other weights: inference only.
   */
  record FoldedConvolution(Convolution convolution, Normalization normalization) implements Layer {
    @Override
    public String name() {
      return convolution.name();
    }

    @Override
    public Tensor source() {
      return convolution.source();
    }

    @Override
    public Tensor target() {
      return normalization.target();
    }
  }

  /** target = max(0, source). */
  record Relu(String name, Tensor source, Tensor target) implements Layer {}

  /** The mean or the maximum of each window. */
  record Pooling(String name, Tensor source, Tensor target, Window window, boolean maximum)
      implements Layer {}

  /**
   * target = weights · source + bias, the whole image as one vector.
   *
   * @param weights DL4J's [in, out] in f-order, which is [out, in] in c-order
   */
  record Dense(String name, Tensor source, Tensor target, Variable weights, @Nullable Variable bias)
      implements WeightedLayer {
    @Override
    public long[] weightShape() {
      return new long[] {target.channels(), source.channels(), source.height(), source.width()};
    }
  }

  /** target = left + right; target may be left itself. */
  record Addition(String name, Tensor left, Tensor right, Tensor target) implements Operation {
    @Override
    public List<Tensor> reads() {
      return List.of(left, right);
    }

    @Override
    public List<Tensor> writes() {
      return List.of(target);
    }
  }

  /**
   * Softmax cross entropy of the logits, tallied; gradient = (softmax − target) · weight of the
   * image, not divided by the batch size.
   */
  record Loss(String name, Tensor logits, @Nullable Tensor gradient) implements Operation {
    @Override
    public List<Tensor> reads() {
      return List.of(logits);
    }

    @Override
    public List<Tensor> writes() {
      return present(gradient);
    }
  }

  /**
   * The gradients of a convolution's weights and, where wanted, of its bias and source.
   *
   * @param bias null where there is none, or where its gradient is zero whatever the images are
   */
  record ConvolutionBackward(
      Convolution forward,
      Tensor targetGradient,
      @Nullable Variable bias,
      @Nullable Tensor sourceGradient)
      implements Gradient {}

  /** The gradients of scale, shift and source; through the ReLU where it is fused. */
  record NormalizationBackward(Normalization forward, Tensor targetGradient, Tensor sourceGradient)
      implements Gradient {}

  /** Passes the gradient where the output was positive. */
  record ReluBackward(Relu forward, Tensor targetGradient, Tensor sourceGradient)
      implements Gradient {
    @Override
    public List<Tensor> reads() {
      return List.of(forward.target(), targetGradient);
    }
  }

  /** Spreads the gradient over each window. */
  record PoolingBackward(Pooling forward, Tensor targetGradient, Tensor sourceGradient)
      implements Gradient {
    @Override
    public List<Tensor> reads() {
      return List.of(targetGradient);
    }
  }

  /** The gradients of a dense layer's weights, bias and, where wanted, source. */
  record DenseBackward(Dense forward, Tensor targetGradient, @Nullable Tensor sourceGradient)
      implements Gradient {}

  private static List<Tensor> present(@Nullable Tensor... tensors) {
    return Stream.of(tensors).filter(Objects::nonNull).toList();
  }
}
