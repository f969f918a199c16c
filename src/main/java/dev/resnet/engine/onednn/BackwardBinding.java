package dev.resnet.engine.onednn;

import dev.resnet.engine.Team;
import dev.resnet.engine.onednn.Binding.Bound;
import dev.resnet.engine.program.Operation;
import dev.resnet.engine.program.Operation.Addition;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.ConvolutionBackward;
import dev.resnet.engine.program.Operation.Dense;
import dev.resnet.engine.program.Operation.DenseBackward;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.NormalizationBackward;
import dev.resnet.engine.program.Operation.Pooling;
import dev.resnet.engine.program.Operation.PoolingBackward;
import dev.resnet.engine.program.Operation.ReluBackward;
import dev.resnet.engine.program.Tensor;
import dev.resnet.engine.program.Variable;
import dev.resnet.engine.program.Window;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.dnnl.dnnl_memory_desc;
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
      convolution(convolution);
    } else if (operation instanceof NormalizationBackward normalization) {
      normalization(normalization);
    } else if (operation instanceof ReluBackward relu) {
      relu(relu);
    } else if (operation instanceof PoolingBackward pooling) {
      pooling(pooling);
    } else if (operation instanceof DenseBackward dense) {
      dense(dense);
    } else if (operation instanceof Addition addition) {
      bound.add(ForwardBinding.addition(binding, addition));
    } else {
      throw new IllegalStateException("no primitive for " + operation);
    }
  }

  private void convolution(ConvolutionBackward op) {
    Convolution convolution = op.forward();
    Window window = convolution.window();
    var hint = forward.of(convolution).description();
    OneDnn.Memory targetGradient = binding.tensor(op.targetGradient());
    var layer =
        new Layer(
            op.name(),
            convolution.source(),
            convolution.weights(),
            op.bias(),
            ForwardBinding.weights(binding, convolution),
            ForwardBinding.weightDimensions(convolution));
    if (op.sourceGradient() != null) {
      sourceGradient(
          layer,
          targetGradient,
          op.sourceGradient(),
          (source, weights) ->
              Descriptions.convolutionSourceGradient(
                  op.name(), source, weights, targetGradient.descriptor(), window, hint));
    }
    weightsGradient(
        layer,
        targetGradient,
        (source, weights, bias) ->
            Team.of(
                weightsGradientThreads(window),
                () ->
                    Descriptions.convolutionWeightsGradient(
                        op.name(),
                        source,
                        weights,
                        bias,
                        targetGradient.descriptor(),
                        window,
                        hint)));
  }

  /**
   * In bfloat16, two threads on a strided convolution may take twice as long as one alone, from
   * process to process; probably they wait for each other at barriers (docs/performance.md).
   */
  private int weightsGradientThreads(Window window) {
    boolean strided = window.strideHeight() > 1 && window.kernelHeight() > 1;
    return strided && binding.type() == OneDnn.BFLOAT16 && Team.size() == 2 ? 1 : 0;
  }

  private void dense(DenseBackward op) {
    Dense dense = op.forward();
    var hint = forward.of(dense).description();
    OneDnn.Memory targetGradient = binding.matrix(op.targetGradient());
    var layer =
        new Layer(
            op.name(),
            dense.source(),
            dense.weights(),
            dense.bias(),
            ForwardBinding.weights(binding, dense),
            ForwardBinding.weightDimensions(dense));
    if (op.sourceGradient() != null) {
      sourceGradient(
          layer,
          targetGradient,
          op.sourceGradient(),
          (source, weights) ->
              Descriptions.denseSourceGradient(
                  op.name(), source, weights, targetGradient.descriptor(), hint));
    }
    weightsGradient(
        layer,
        targetGradient,
        (source, weights, bias) ->
            Descriptions.denseWeightsGradient(
                op.name(), source, weights, bias, targetGradient.descriptor(), hint));
  }

  /**
   * What convolutions and dense layers have in common.
   *
   * @param bias whose gradient is wanted; null where none is
   * @param own the weights in the graph's own array
   */
  private record Layer(
      String name,
      Tensor source,
      Variable weights,
      @Nullable Variable bias,
      OneDnn.Memory own,
      long[] dimensions) {}

  /** Asks for the primitive, given the descriptors of its arguments. */
  @FunctionalInterface
  private interface SourceGradient {
    OneDnn.Description describe(dnnl_memory_desc sourceGradient, dnnl_memory_desc weights);
  }

  /** Asks for the primitive, given the descriptors of its arguments. */
  @FunctionalInterface
  private interface WeightsGradient {
    OneDnn.Description describe(
        dnnl_memory_desc source,
        dnnl_memory_desc weightsGradient,
        @Nullable dnnl_memory_desc biasGradient);
  }

  private void sourceGradient(
      Layer layer, OneDnn.Memory targetGradient, Tensor sourceGradient, SourceGradient primitive) {
    OneDnn.Memory written = binding.tensor(sourceGradient);
    var description =
        choosing(
            binding.type(), layer.dimensions, any -> primitive.describe(written.descriptor(), any));
    dnnl_memory_desc chosen = description.argument(Arguments.WEIGHTS);
    Map<Integer, OneDnn.Memory> arguments = new LinkedHashMap<>();
    arguments.put(Arguments.TARGET_GRADIENT, targetGradient);
    arguments.put(Arguments.WEIGHTS, binding.weights(layer.name, layer.own, layer.weights, chosen));
    arguments.put(Arguments.SOURCE_GRADIENT, written);
    bound.add(new Bound(description, arguments));
  }

  /**
   * Straight into the graph's array where the primitive writes its layout, else by way of a copy.
   */
  private void weightsGradient(
      Layer layer, OneDnn.Memory targetGradient, WeightsGradient primitive) {
    OneDnn.Memory source = binding.tensor(layer.source);
    OneDnn.Memory own = binding.gradient(layer.weights, OneDnn.OIHW, layer.dimensions);
    OneDnn.Memory biasGradient = vector(layer.bias);
    var description =
        choosing(
            OneDnn.FLOAT32,
            layer.dimensions,
            any ->
                primitive.describe(
                    source.descriptor(),
                    any,
                    biasGradient == null ? null : biasGradient.descriptor()));
    dnnl_memory_desc chosen = description.argument(Arguments.WEIGHTS_GRADIENT);
    boolean direct = OneDnn.equal(chosen, own.descriptor());
    OneDnn.Memory written = direct ? own : binding.allocate(chosen);
    Map<Integer, OneDnn.Memory> arguments = new LinkedHashMap<>();
    arguments.put(Arguments.SOURCE, source);
    arguments.put(Arguments.TARGET_GRADIENT, targetGradient);
    arguments.put(Arguments.WEIGHTS_GRADIENT, written);
    if (biasGradient != null) {
      arguments.put(Arguments.BIAS_GRADIENT, biasGradient);
    }
    bound.add(new Bound(description, arguments));
    if (!direct) {
      bound.add(binding.reorder(description.name(), written, own));
    }
  }

  /** Has oneDNN choose the layout of a tensor of this type. */
  private OneDnn.Description choosing(
      int type, long[] dimensions, Function<dnnl_memory_desc, OneDnn.Description> primitive) {
    dnnl_memory_desc any = OneDnn.descriptor(type, OneDnn.ANY, dimensions);
    try {
      return binding.own(primitive.apply(any));
    } finally {
      OneDnn.close(any);
    }
  }

  private void normalization(NormalizationBackward op) {
    Normalization norm = op.forward();
    Bound before = forward.of(norm);
    var description =
        binding.own(
            Descriptions.normalizationGradient(
                op.name(),
                binding.tensor(norm.source()).descriptor(),
                norm.epsilon(),
                norm.relu(),
                before.description()));
    Map<Integer, OneDnn.Memory> arguments = new LinkedHashMap<>();
    arguments.put(Arguments.SOURCE, binding.tensor(norm.source()));
    arguments.put(Arguments.TARGET_GRADIENT, binding.tensor(op.targetGradient()));
    arguments.put(Arguments.SOURCE_GRADIENT, binding.tensor(op.sourceGradient()));
    arguments.put(Arguments.SCALE_GRADIENT, vector(norm.scale()));
    arguments.put(Arguments.SHIFT_GRADIENT, vector(norm.shift()));
    reuse(before, arguments, Arguments.MEAN, Arguments.VARIANCE, Arguments.SCALE);
    reuse(before, arguments, Arguments.WORKSPACE);
    bound.add(new Bound(description, arguments));
  }

  private void relu(ReluBackward op) {
    Bound before = forward.of(op.forward());
    var descriptor = binding.tensor(op.targetGradient()).descriptor();
    var description =
        binding.own(Descriptions.reluGradient(op.name(), descriptor, before.description()));
    Map<Integer, OneDnn.Memory> arguments = new LinkedHashMap<>();
    arguments.put(Arguments.TARGET, binding.tensor(op.forward().target()));
    arguments.put(Arguments.TARGET_GRADIENT, binding.tensor(op.targetGradient()));
    arguments.put(Arguments.SOURCE_GRADIENT, binding.tensor(op.sourceGradient()));
    bound.add(new Bound(description, arguments));
  }

  private void pooling(PoolingBackward op) {
    Pooling pooling = op.forward();
    Bound before = forward.of(pooling);
    var description =
        binding.own(
            Descriptions.poolingGradient(
                op.name(),
                pooling.maximum(),
                binding.tensor(op.sourceGradient()).descriptor(),
                binding.tensor(op.targetGradient()).descriptor(),
                pooling.window(),
                before.description()));
    Map<Integer, OneDnn.Memory> arguments = new LinkedHashMap<>();
    arguments.put(Arguments.TARGET_GRADIENT, binding.tensor(op.targetGradient()));
    arguments.put(Arguments.SOURCE_GRADIENT, binding.tensor(op.sourceGradient()));
    reuse(before, arguments, Arguments.WORKSPACE);
    bound.add(new Bound(description, arguments));
  }

  private OneDnn.@Nullable Memory vector(@Nullable Variable variable) {
    return variable == null ? null : binding.gradient(variable, OneDnn.VECTOR, variable.length());
  }

  private static void reuse(Bound before, Map<Integer, OneDnn.Memory> arguments, int... keys) {
    for (int key : keys) {
      OneDnn.Memory memory = before.arguments().get(key);
      if (memory != null) {
        arguments.put(key, memory);
      }
    }
  }
}
