package dev.resnet.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.resnet.engine.OpenMp;
import dev.resnet.engine.onednn.Binding.Bound;
import dev.resnet.engine.program.Operation;
import dev.resnet.engine.program.Operation.Addition;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.ConvolutionBackward;
import dev.resnet.engine.program.Operation.DenseBackward;
import dev.resnet.engine.program.Operation.Gradient;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.NormalizationBackward;
import dev.resnet.engine.program.Operation.PoolingBackward;
import dev.resnet.engine.program.Operation.ReluBackward;
import dev.resnet.engine.program.Operation.WeightedLayer;
import dev.resnet.engine.program.Variable;
import dev.resnet.engine.program.Window;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds oneDNN primitives for each backward operation; parameter gradients end in the graph's own
 * array.
 */
final class BackwardBinding {
  private final Binding binding;
  private final ForwardBinding forward;
  private final List<Bound> bound = new ArrayList<>();

  BackwardBinding(Binding binding, ForwardBinding forward) {
    this.binding = binding;
    this.forward = forward;
  }

  List<Bound> bound() {
    return bound;
  }

  void bind(Operation operation) {
    if (operation instanceof ConvolutionBackward convolution) {
      weightedLayer(convolution, convolution.forward(), convolution.bias());
    } else if (operation instanceof DenseBackward dense) {
      weightedLayer(dense, dense.forward(), dense.forward().bias());
    } else if (operation instanceof NormalizationBackward normalization) {
      normalization(normalization);
    } else if (operation instanceof ReluBackward relu) {
      relu(relu);
    } else if (operation instanceof PoolingBackward pooling) {
      pooling(pooling);
    } else if (operation instanceof Addition addition) {
      bound.add(binding.addition(addition));
    } else {
      throw new IllegalStateException("no primitive for " + operation);
    }
  }

  /**
   * Binds the gradients of a convolution or a dense layer.
   *
   * @param bias whose gradient is wanted; null for none
   */
  private void weightedLayer(Gradient op, WeightedLayer layer, @Nullable Variable bias) {
    OneDnn.Memory targetGradient = binding.output(layer, op.targetGradient());
    if (op.sourceGradient() != null) {
      bound.add(sourceGradient(layer, targetGradient, binding.tensor(op.sourceGradient())));
    }
    weightsGradient(layer, targetGradient, vector(bias));
  }

  private Bound sourceGradient(
      WeightedLayer layer, OneDnn.Memory targetGradient, OneDnn.Memory sourceGradient) {
    var description =
        OneDnn.choosingLayout(
            binding.type(),
            layer.weightShape(),
            weights ->
                WeightedLayers.sourceGradient(
                    layer,
                    sourceGradient.descriptor(),
                    weights,
                    targetGradient.descriptor(),
                    forward.of(layer).description()));
    var wanted = description.argument(DNNL_ARG_WEIGHTS);
    return binding
        .bind(description)
        .with(DNNL_ARG_DIFF_DST, targetGradient)
        .with(DNNL_ARG_WEIGHTS, binding.weights(layer, binding.weights(layer), wanted))
        .with(DNNL_ARG_DIFF_SRC, sourceGradient);
  }

  /** Straight into the graph's array where the primitive writes its layout, else with a copy. */
  private void weightsGradient(
      WeightedLayer layer, OneDnn.Memory targetGradient, OneDnn.@Nullable Memory biasGradient) {
    OneDnn.Memory source = binding.tensor(layer.source());
    OneDnn.Memory own = binding.gradient(layer.weights(), OneDnn.OIHW, layer.weightShape());
    var description =
        OneDnn.choosingLayout(
            OneDnn.FLOAT32,
            layer.weightShape(),
            weightsGradient ->
                OpenMp.withThreads(
                    weightsGradientThreads(layer),
                    () ->
                        WeightedLayers.weightsGradient(
                            layer,
                            source.descriptor(),
                            weightsGradient,
                            OneDnn.descriptor(biasGradient),
                            targetGradient.descriptor(),
                            forward.of(layer).description())));
    Bound result = binding.bind(description);
    var chosen = description.argument(DNNL_ARG_DIFF_WEIGHTS);
    boolean direct = OneDnn.equal(chosen, own.descriptor());
    OneDnn.Memory written = direct ? own : binding.allocate(chosen);
    bound.add(
        result
            .with(DNNL_ARG_SRC, source)
            .with(DNNL_ARG_DIFF_DST, targetGradient)
            .with(DNNL_ARG_DIFF_WEIGHTS, written)
            .with(DNNL_ARG_DIFF_BIAS, biasGradient));
    if (!direct) {
      bound.add(binding.reorder(description.name(), written, own));
    }
  }

  /**
   * In bfloat16, two threads on a strided convolution may take twice as long as one alone, from
   * process to process; probably they wait for each other at barriers (docs/performance.md).
   */
  private int weightsGradientThreads(WeightedLayer layer) {
    return layer instanceof Convolution convolution
            && isStrided(convolution.window())
            && binding.type() == OneDnn.BFLOAT16
            && OpenMp.maxThreads() == 2
        ? 1
        : 0;
  }

  private static boolean isStrided(Window window) {
    return window.strideHeight() > 1 && window.kernelHeight() > 1;
  }

  private void normalization(NormalizationBackward op) {
    Normalization norm = op.forward();
    Bound before = forward.of(norm);
    OneDnn.Memory source = binding.tensor(norm.source());
    bound.add(
        bind(
                op,
                Descriptions.normalizationGradient(norm, source.descriptor(), before.description()))
            .with(DNNL_ARG_SRC, source)
            .with(DNNL_ARG_DIFF_SCALE, vector(norm.scale()))
            .with(DNNL_ARG_DIFF_SHIFT, vector(norm.shift()))
            .with(before, DNNL_ARG_MEAN)
            .with(before, DNNL_ARG_VARIANCE)
            .with(before, DNNL_ARG_SCALE)
            .with(before, DNNL_ARG_WORKSPACE));
  }

  private void relu(ReluBackward op) {
    var hint = forward.of(op.forward()).description();
    var descriptor = binding.tensor(op.targetGradient()).descriptor();
    bound.add(
        bind(op, Descriptions.reluGradient(op.name(), descriptor, hint))
            .with(DNNL_ARG_DST, binding.tensor(op.forward().target())));
  }

  private void pooling(PoolingBackward op) {
    Bound before = forward.of(op.forward());
    var source = binding.tensor(op.sourceGradient()).descriptor();
    var target = binding.tensor(op.targetGradient()).descriptor();
    bound.add(
        bind(op, Descriptions.poolingGradient(op.forward(), source, target, before.description()))
            .with(before, DNNL_ARG_WORKSPACE));
  }

  private Bound bind(Gradient op, OneDnn.Description description) {
    return binding
        .bind(description)
        .with(DNNL_ARG_DIFF_DST, binding.tensor(op.targetGradient()))
        .with(DNNL_ARG_DIFF_SRC, binding.tensor(op.sourceGradient()));
  }

  private OneDnn.@Nullable Memory vector(@Nullable Variable variable) {
    return variable == null ? null : binding.gradient(variable, OneDnn.VECTOR, variable.length());
  }
}
