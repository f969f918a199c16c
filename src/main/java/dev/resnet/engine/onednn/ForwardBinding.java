package dev.resnet.engine.onednn;

import dev.resnet.engine.onednn.Binding.Bound;
import dev.resnet.engine.program.Operation;
import dev.resnet.engine.program.Operation.Addition;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.Dense;
import dev.resnet.engine.program.Operation.FoldedConvolution;
import dev.resnet.engine.program.Operation.Loss;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.Pooling;
import dev.resnet.engine.program.Operation.Relu;
import dev.resnet.engine.program.Tensor;
import dev.resnet.engine.program.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.jspecify.annotations.Nullable;

/** Finds a oneDNN primitive for each forward operation. */
final class ForwardBinding {
  private final Binding binding;
  private final boolean training;
  private final List<Bound> bound = new ArrayList<>();

  /**
   * What backward needs to know of forward: descriptions as hints, and what forward has left
   * behind.
   */
  private final Map<Operation, Bound> byOperation = new HashMap<>();

  private final List<Statistics> statistics = new ArrayList<>();
  private final List<FoldedWeights> folded = new ArrayList<>();

  /** A normalisation with the statistics of the batch, as it has just seen them. */
  record Statistics(Normalization normalization, OneDnn.Memory mean, OneDnn.Memory variance) {}

  ForwardBinding(Binding binding, boolean training) {
    this.binding = binding;
    this.training = training;
  }

  List<Bound> bound() {
    return bound;
  }

  List<Statistics> statistics() {
    return statistics;
  }

  List<FoldedWeights> folded() {
    return folded;
  }

  Bound of(Operation operation) {
    return byOperation.get(operation);
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
    if (operation instanceof Convolution convolution) {
      return convolution(convolution);
    } else if (operation instanceof FoldedConvolution foldedConvolution) {
      return foldedConvolution(foldedConvolution);
    } else if (operation instanceof Normalization normalization) {
      return normalization(normalization);
    } else if (operation instanceof Relu relu) {
      Map<Integer, OneDnn.Memory> arguments = sourceAndTarget(relu.source(), relu.target());
      var descriptor = binding.tensor(relu.source()).descriptor();
      return new Bound(
          binding.own(Descriptions.relu(relu.name(), training, descriptor)), arguments);
    } else if (operation instanceof Pooling pooling) {
      return pooling(pooling);
    } else if (operation instanceof Dense dense) {
      return dense(dense);
    } else if (operation instanceof Addition addition) {
      return addition(binding, addition);
    }
    throw new IllegalStateException("no primitive for " + operation);
  }

  private Bound convolution(Convolution op) {
    OneDnn.Memory residual = op.residual() == null ? null : binding.tensor(op.residual());
    OneDnn.Memory bias = op.bias() == null ? null : vector(op.bias());
    var description = describe(op, op.target(), bias, residual, false);
    OneDnn.Memory own = weights(binding, op);
    Map<Integer, OneDnn.Memory> arguments = sourceAndTarget(op.source(), op.target());
    arguments.put(
        Arguments.WEIGHTS,
        binding.weights(op.name(), own, op.weights(), description.argument(Arguments.WEIGHTS)));
    putIf(arguments, Arguments.BIAS, bias);
    putIf(arguments, Arguments.RESIDUAL, residual);
    return new Bound(description, arguments);
  }

  private Bound foldedConvolution(FoldedConvolution op) {
    Convolution convolution = op.convolution();
    Tensor target = op.normalization().target();
    var weights = new FoldedWeights(binding, op);
    folded.add(weights);
    var description =
        describe(convolution, target, weights.bias(), null, op.normalization().relu());
    Map<Integer, OneDnn.Memory> arguments = sourceAndTarget(convolution.source(), target);
    arguments.put(
        Arguments.WEIGHTS,
        binding.weights(
            op.name(),
            weights.weights(),
            convolution.weights(),
            description.argument(Arguments.WEIGHTS)));
    arguments.put(Arguments.BIAS, weights.bias());
    return new Bound(description, arguments);
  }

  private OneDnn.Description describe(
      Convolution op,
      Tensor target,
      OneDnn.@Nullable Memory bias,
      OneDnn.@Nullable Memory residual,
      boolean relu) {
    dnnl_memory_desc any = OneDnn.descriptor(binding.type(), OneDnn.ANY, weightDimensions(op));
    try {
      return binding.own(
          Descriptions.convolution(
              op.name(),
              training,
              binding.tensor(op.source()).descriptor(),
              any,
              bias == null ? null : bias.descriptor(),
              binding.tensor(target).descriptor(),
              op.window(),
              residual == null ? null : residual.descriptor(),
              relu));
    } finally {
      OneDnn.close(any);
    }
  }

  static long[] weightDimensions(Convolution op) {
    return new long[] {
      op.target().channels(),
      op.source().channels(),
      op.window().kernelHeight(),
      op.window().kernelWidth()
    };
  }

  static OneDnn.Memory weights(Binding binding, Convolution op) {
    return binding.variable(op.weights(), OneDnn.OIHW, weightDimensions(op));
  }

  private Bound normalization(Normalization op) {
    var descriptor = binding.tensor(op.source()).descriptor();
    var description =
        binding.own(
            Descriptions.normalization(op.name(), training, descriptor, op.epsilon(), op.relu()));
    Map<Integer, OneDnn.Memory> arguments = sourceAndTarget(op.source(), op.target());
    arguments.put(Arguments.SCALE, vector(op.scale()));
    arguments.put(Arguments.SHIFT, vector(op.shift()));
    if (training) {
      OneDnn.Memory mean = binding.allocate(description.argument(Arguments.MEAN));
      OneDnn.Memory variance = binding.allocate(description.argument(Arguments.VARIANCE));
      arguments.put(Arguments.MEAN, mean);
      arguments.put(Arguments.VARIANCE, variance);
      statistics.add(new Statistics(op, mean, variance));
      if (op.relu()) {
        arguments.put(
            Arguments.WORKSPACE, binding.allocate(description.argument(Arguments.WORKSPACE)));
      }
    } else {
      arguments.put(Arguments.MEAN, vector(op.mean()));
      arguments.put(Arguments.VARIANCE, vector(op.variance()));
    }
    return new Bound(description, arguments);
  }

  private Bound pooling(Pooling op) {
    var description =
        binding.own(
            Descriptions.pooling(
                op.name(),
                training,
                op.maximum(),
                binding.tensor(op.source()).descriptor(),
                binding.tensor(op.target()).descriptor(),
                op.window()));
    Map<Integer, OneDnn.Memory> arguments = sourceAndTarget(op.source(), op.target());
    if (training && op.maximum()) {
      arguments.put(
          Arguments.WORKSPACE, binding.allocate(description.argument(Arguments.WORKSPACE)));
    }
    return new Bound(description, arguments);
  }

  private Bound dense(Dense op) {
    OneDnn.Memory bias = op.bias() == null ? null : vector(op.bias());
    OneDnn.Memory target = binding.matrix(op.target());
    OneDnn.Memory own = weights(binding, op);
    dnnl_memory_desc any = OneDnn.descriptor(binding.type(), OneDnn.ANY, weightDimensions(op));
    try {
      var description =
          binding.own(
              Descriptions.dense(
                  op.name(),
                  training,
                  binding.tensor(op.source()).descriptor(),
                  any,
                  bias == null ? null : bias.descriptor(),
                  target.descriptor()));
      Map<Integer, OneDnn.Memory> arguments = new LinkedHashMap<>();
      arguments.put(Arguments.SOURCE, binding.tensor(op.source()));
      arguments.put(Arguments.TARGET, target);
      arguments.put(
          Arguments.WEIGHTS,
          binding.weights(op.name(), own, op.weights(), description.argument(Arguments.WEIGHTS)));
      putIf(arguments, Arguments.BIAS, bias);
      return new Bound(description, arguments);
    } finally {
      OneDnn.close(any);
    }
  }

  static long[] weightDimensions(Dense op) {
    return new long[] {
      op.target().channels(), op.source().channels(), op.source().height(), op.source().width()
    };
  }

  static OneDnn.Memory weights(Binding binding, Dense op) {
    return binding.variable(op.weights(), OneDnn.OIHW, weightDimensions(op));
  }

  static Bound addition(Binding binding, Addition op) {
    Map<Integer, OneDnn.Memory> arguments = new LinkedHashMap<>();
    arguments.put(Arguments.SOURCE, binding.tensor(op.left()));
    arguments.put(Arguments.SOURCE_1, binding.tensor(op.right()));
    arguments.put(Arguments.TARGET, binding.tensor(op.target()));
    var descriptor = binding.tensor(op.left()).descriptor();
    return new Bound(binding.own(Descriptions.addition(op.name(), descriptor)), arguments);
  }

  private OneDnn.Memory vector(Variable variable) {
    return binding.variable(variable, OneDnn.VECTOR, variable.length());
  }

  private Map<Integer, OneDnn.Memory> sourceAndTarget(Tensor source, Tensor target) {
    Map<Integer, OneDnn.Memory> arguments = new LinkedHashMap<>();
    arguments.put(Arguments.SOURCE, binding.tensor(source));
    arguments.put(Arguments.TARGET, binding.tensor(target));
    return arguments;
  }

  private static void putIf(
      Map<Integer, OneDnn.Memory> arguments, int key, OneDnn.@Nullable Memory memory) {
    if (memory != null) {
      arguments.put(key, memory);
    }
  }
}
