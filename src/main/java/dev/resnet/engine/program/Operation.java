package dev.resnet.engine.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One fused operation. Forward operations come in the order of the graph, backward ones behind
 * them.
 */
public sealed interface Operation {

  /** After the graph's vertex. */
  String name();

  /** The tensors whose content it needs. */
  List<Tensor> reads();

  /** The tensors that hold something new afterwards. */
  List<Tensor> writes();

  /**
   * target = convolution(source) + bias, then + residual where there is one.
   *
   * @param weights [out, in, kernelHeight, kernelWidth], c-ordered
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
      implements Operation {
    @Override
    public List<Tensor> reads() {
      return tensors(source, residual);
    }

    @Override
    public List<Tensor> writes() {
      return List.of(target);
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
      implements Operation {
    @Override
    public List<Tensor> reads() {
      return List.of(source);
    }

    @Override
    public List<Tensor> writes() {
      return List.of(target);
    }
  }

  /**
   * A convolution and the normalisation behind it as one convolution with other weights: inference
   * only.
   *
   * @param normalization its target is what is written
   */
  record FoldedConvolution(Convolution convolution, Normalization normalization)
      implements Operation {
    @Override
    public String name() {
      return convolution.name();
    }

    @Override
    public List<Tensor> reads() {
      return convolution.reads();
    }

    @Override
    public List<Tensor> writes() {
      return normalization.writes();
    }
  }

  /** target = max(0, source). */
  record Relu(String name, Tensor source, Tensor target) implements Operation {
    @Override
    public List<Tensor> reads() {
      return List.of(source);
    }

    @Override
    public List<Tensor> writes() {
      return List.of(target);
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

  /** The mean or the maximum of each window. */
  record Pooling(String name, Tensor source, Tensor target, Window window, boolean maximum)
      implements Operation {
    @Override
    public List<Tensor> reads() {
      return List.of(source);
    }

    @Override
    public List<Tensor> writes() {
      return List.of(target);
    }
  }

  /**
   * target = weights · source + bias, the whole image as one vector.
   *
   * @param weights [out, channels, height, width], c-ordered (DL4J's [in, out] in f-order)
   */
  record Dense(String name, Tensor source, Tensor target, Variable weights, @Nullable Variable bias)
      implements Operation {
    @Override
    public List<Tensor> reads() {
      return List.of(source);
    }

    @Override
    public List<Tensor> writes() {
      return List.of(target);
    }
  }

  /**
   * Softmax cross entropy of the logits, tallied; gradient = softmax − one-hot, not divided by the
   * batch size.
   */
  record Loss(String name, Tensor logits, @Nullable Tensor gradient) implements Operation {
    @Override
    public List<Tensor> reads() {
      return List.of(logits);
    }

    @Override
    public List<Tensor> writes() {
      return tensors(gradient);
    }
  }

  /**
   * The gradients of a convolution's weights and, where wanted, of its bias and source.
   *
   * @param bias null where there is none, or where its gradient is zero whatever the images are
   * @param sourceGradient null where nothing before it is trained
   */
  record ConvolutionBackward(
      Convolution forward,
      Tensor targetGradient,
      @Nullable Variable bias,
      @Nullable Tensor sourceGradient)
      implements Operation {
    @Override
    public String name() {
      return forward.name();
    }

    @Override
    public List<Tensor> reads() {
      return List.of(forward.source(), targetGradient);
    }

    @Override
    public List<Tensor> writes() {
      return tensors(sourceGradient);
    }
  }

  /** The gradients of scale, shift and source; through the ReLU where it is fused. */
  record NormalizationBackward(Normalization forward, Tensor targetGradient, Tensor sourceGradient)
      implements Operation {
    @Override
    public String name() {
      return forward.name();
    }

    @Override
    public List<Tensor> reads() {
      return List.of(forward.source(), targetGradient);
    }

    @Override
    public List<Tensor> writes() {
      return List.of(sourceGradient);
    }
  }

  /** Passes the gradient where the output was positive. */
  record ReluBackward(Relu forward, Tensor targetGradient, Tensor sourceGradient)
      implements Operation {
    @Override
    public String name() {
      return forward.name();
    }

    @Override
    public List<Tensor> reads() {
      return List.of(forward.target(), targetGradient);
    }

    @Override
    public List<Tensor> writes() {
      return List.of(sourceGradient);
    }
  }

  /** Spreads the gradient over each window. */
  record PoolingBackward(Pooling forward, Tensor targetGradient, Tensor sourceGradient)
      implements Operation {
    @Override
    public String name() {
      return forward.name();
    }

    @Override
    public List<Tensor> reads() {
      return List.of(targetGradient);
    }

    @Override
    public List<Tensor> writes() {
      return List.of(sourceGradient);
    }
  }

  /** The gradients of a dense layer's weights, bias and, where wanted, source. */
  record DenseBackward(Dense forward, Tensor targetGradient, @Nullable Tensor sourceGradient)
      implements Operation {
    @Override
    public String name() {
      return forward.name();
    }

    @Override
    public List<Tensor> reads() {
      return List.of(forward.source(), targetGradient);
    }

    @Override
    public List<Tensor> writes() {
      return tensors(sourceGradient);
    }
  }

  private static List<Tensor> tensors(@Nullable Tensor... tensors) {
    List<Tensor> present = new ArrayList<>();
    Arrays.stream(tensors).filter(Objects::nonNull).forEach(present::add);
    return present;
  }
}
