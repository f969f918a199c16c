package dev.resnet.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.resnet.engine.onednn.Binding.Bound;
import dev.resnet.engine.program.Operation;
import dev.resnet.engine.program.Operation.Addition;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.FoldedConvolution;
import dev.resnet.engine.program.Operation.Layer;
import dev.resnet.engine.program.Operation.Loss;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.Pooling;
import dev.resnet.engine.program.Operation.Relu;
import dev.resnet.engine.program.Operation.WeightedLayer;
import dev.resnet.engine.program.Tensor;
import dev.resnet.engine.program.Variable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds a oneDNN primitive for each forward operation. */
final class ForwardBinding {
  private final Binding binding;

  /** The layers that backward passes through: they run in training mode. */
  private final Set<Layer> differentiated;

  private final List<Bound> bound = new ArrayList<>();

  /** What backward needs to know of forward: descriptions as hints, and memory that it reads. */
  private final Map<Operation, Bound> byOperation = new HashMap<>();

  private final List<Statistics> statistics = new ArrayList<>();

  /** By the weights before folding; the bands of a convolution share them. */
  private final Map<Variable, FoldedWeights> folded = new LinkedHashMap<>();

  /** A batch normalisation with the statistics of the latest batch. */
  record Statistics(Normalization normalization, OneDnn.Memory mean, OneDnn.Memory variance) {}

  ForwardBinding(Binding binding, Set<Layer> differentiated) {
    this.binding = binding;
    this.differentiated = differentiated;
  }

  /** Has images brought into a program's input tensor, in its type, from wherever they lie. */
  void bindInput(OneDnn.Memory images, Tensor input) {
    bound.add(binding.reorder("input", images, binding.tensor(input)));
  }

  List<Bound> bound() {
    return bound;
  }

  List<Statistics> statistics() {
    return statistics;
  }

  Collection<FoldedWeights> folded() {
    return folded.values();
  }

  Bound of(Operation operation) {
    return byOperation.get(operation);
  }

  /** Binds what can run at the same time, and returns how many primitives that are. */
  int bindTogether(List<Operation> operations) {
    int before = bound.size();
    for (int band = 0; band < operations.size(); band++) {
      binding.beginBand(band);
      bind(operations.get(band));
    }
    binding.beginBand(0);
    return bound.size() - before;
  }

  void bind(Operation operation) {
    if (operation instanceof Loss) {
      return; // on the host
    }
    Bound result = describe(operation);
    byOperation.put(operation, result);
    bound.add(result);
  }

  private Bound describe(Operation operation) {
    if (operation instanceof FoldedConvolution convolution) {
      return foldedConvolution(convolution);
    } else if (operation instanceof WeightedLayer layer) {
      return weightedLayer(layer);
    } else if (operation instanceof Normalization normalization) {
      return normalization(normalization);
    } else if (operation instanceof Relu relu) {
      var descriptor = binding.tensor(relu.source()).descriptor();
      return bind(relu, Descriptions.relu(relu.name(), isDifferentiated(relu), descriptor));
    } else if (operation instanceof Pooling pooling) {
      return pooling(pooling);
    } else if (operation instanceof Addition addition) {
      return binding.addition(addition);
    }
    throw new IllegalStateException("no primitive for " + operation);
  }

  private Bound weightedLayer(WeightedLayer op) {
    OneDnn.Memory own = binding.weights(op);
    OneDnn.Memory bias = op.bias() == null ? null : vector(op.bias());
    OneDnn.Memory residual =
        op instanceof Convolution convolution && convolution.residual() != null
            ? binding.tensor(convolution.residual())
            : null;
    return weightedLayer(op, op, own, bias, residual, false);
  }

  private Bound foldedConvolution(FoldedConvolution op) {
    FoldedWeights weights =
        folded.computeIfAbsent(
            op.convolution().weights(), variable -> new FoldedWeights(binding, op));
    boolean relu = op.normalization().relu();
    return weightedLayer(op.convolution(), op, weights.weights(), weights.bias(), null, relu);
  }

  /**
   * Binds a convolution or a dense layer.
   *
   * @param whole the layer, or what it was folded into
   * @param own the weights, float32, in the graph's layout
   */
  private Bound weightedLayer(
      WeightedLayer op,
      Layer whole,
      OneDnn.Memory own,
      OneDnn.@Nullable Memory bias,
      OneDnn.@Nullable Memory residual,
      boolean relu) {
    OneDnn.Memory source = binding.tensor(op.source());
    OneDnn.Memory target = binding.output(op, whole.target());
    var description =
        OneDnn.choosingLayout(
            binding.type(),
            op.weightShape(),
            weights ->
                WeightedLayers.forward(
                    op,
                    binding.batch(),
                    isDifferentiated(op),
                    source.descriptor(),
                    weights,
                    OneDnn.descriptor(bias),
                    target.descriptor(),
                    OneDnn.descriptor(residual),
                    relu));
    return binding
        .bind(description)
        .with(DNNL_ARG_SRC, source)
        .with(DNNL_ARG_DST, target)
        .with(DNNL_ARG_WEIGHTS, binding.weights(op, own, description.argument(DNNL_ARG_WEIGHTS)))
        .with(DNNL_ARG_BIAS, bias)
        .with(Attributes.RESIDUAL, residual);
  }

  private Bound normalization(Normalization op) {
    var descriptor = binding.tensor(op.source()).descriptor();
    boolean training = isDifferentiated(op);
    var description = Descriptions.normalization(op, training, descriptor);
    Bound result =
        bind(op, description)
            .with(DNNL_ARG_SCALE, vector(op.scale()))
            .with(DNNL_ARG_SHIFT, vector(op.shift()));
    if (!training) {
      return result
          .with(DNNL_ARG_MEAN, vector(op.mean()))
          .with(DNNL_ARG_VARIANCE, vector(op.variance()));
    }
    OneDnn.Memory mean = binding.allocate(description.argument(DNNL_ARG_MEAN));
    OneDnn.Memory variance = binding.allocate(description.argument(DNNL_ARG_VARIANCE));
    statistics.add(new Statistics(op, mean, variance));
    return result
        .with(DNNL_ARG_MEAN, mean)
        .with(DNNL_ARG_VARIANCE, variance)
        .with(DNNL_ARG_WORKSPACE, op.relu() ? workspace(description) : null);
  }

  private Bound pooling(Pooling op) {
    var source = binding.tensor(op.source()).descriptor();
    var target = binding.tensor(op.target()).descriptor();
    boolean training = isDifferentiated(op);
    var description = Descriptions.pooling(op, training, source, target);
    return bind(op, description)
        .with(DNNL_ARG_WORKSPACE, training && op.maximum() ? workspace(description) : null);
  }

  private boolean isDifferentiated(Layer op) {
    return differentiated.contains(op);
  }

  private Bound bind(Layer op, OneDnn.Description description) {
    return binding
        .bind(description)
        .with(DNNL_ARG_SRC, binding.tensor(op.source()))
        .with(DNNL_ARG_DST, binding.tensor(op.target()));
  }

  /** What forward notes for backward: where a ReLU cut off, or which pixel was the maximum. */
  private OneDnn.Memory workspace(OneDnn.Description description) {
    return binding.allocate(description.argument(DNNL_ARG_WORKSPACE));
  }

  private OneDnn.Memory vector(Variable variable) {
    return binding.variable(variable, OneDnn.VECTOR, variable.length());
  }
}
