package dev.resnet.engine.cuda;

import dev.resnet.engine.program.Operation;
import dev.resnet.engine.program.Operation.Addition;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Operation.ConvolutionBackward;
import dev.resnet.engine.program.Operation.Dense;
import dev.resnet.engine.program.Operation.DenseBackward;
import dev.resnet.engine.program.Operation.FoldedConvolution;
import dev.resnet.engine.program.Operation.Layer;
import dev.resnet.engine.program.Operation.Loss;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.NormalizationBackward;
import dev.resnet.engine.program.Operation.Pooling;
import dev.resnet.engine.program.Operation.PoolingBackward;
import dev.resnet.engine.program.Operation.Relu;
import dev.resnet.engine.program.Operation.ReluBackward;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Takes every operation of any shape, with a kernel or a few for each. */
final class GenericBinder {
  private final Binding binding;
  private final Kernels kernels;
  private final ConvolutionSteps convolutions;
  private final NormalizationSteps normalizations;
  private final DenseSteps dense;
  private final PoolingSteps poolings;
  private final LossStep loss;

  /** The layers that backward passes through: they run in training mode. */
  private final Set<Layer> differentiated;

  GenericBinder(Binding binding, Kernels kernels) {
    this.binding = binding;
    this.kernels = kernels;
    this.convolutions = new ConvolutionSteps(binding, kernels);
    this.normalizations = new NormalizationSteps(binding, kernels);
    this.dense = new DenseSteps(binding, kernels);
    this.poolings = new PoolingSteps(binding, kernels);
    this.loss = new LossStep(binding, kernels);
    this.differentiated = binding.program().differentiated();
  }

  /** All steps of a run, in order. */
  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    binding.program().operations().forEach(operation -> steps.addAll(bind(operation)));
    if (!binding.program().backward().isEmpty()) {
      addUpdate(steps);
    }
    return steps;
  }

  private List<Step> bind(Operation operation) {
    if (operation instanceof ConvolutionBackward convolution) {
      return convolutions.backward(convolution);
    } else if (operation instanceof DenseBackward layer) {
      return dense.backward(layer);
    }
    return List.of(step(operation));
  }

  private Step step(Operation operation) {
    if (operation instanceof Convolution convolution) {
      return convolutions.forward(convolution);
    } else if (operation instanceof FoldedConvolution convolution) {
      return convolutions.forward(convolution);
    } else if (operation instanceof Normalization norm) {
      return differentiated.contains(norm)
          ? normalizations.withBatchStatistics(norm)
          : normalizations.withRunningStatistics(norm);
    } else if (operation instanceof NormalizationBackward norm) {
      return normalizations.backward(norm);
    } else if (operation instanceof Dense layer) {
      return dense.forward(layer);
    } else if (operation instanceof Pooling pooling) {
      return poolings.forward(pooling, differentiated.contains(pooling));
    } else if (operation instanceof PoolingBackward pooling) {
      return poolings.backward(pooling);
    } else if (operation instanceof Relu relu) {
      return relu(relu);
    } else if (operation instanceof ReluBackward relu) {
      return reluGradient(relu);
    } else if (operation instanceof Addition addition) {
      return addition(addition);
    } else if (operation instanceof Loss last) {
      return loss.of(last);
    }
    throw new IllegalStateException("no kernel for " + operation);
  }

  private Step relu(Relu op) {
    long count = binding.count(op.source());
    return Step.of(
        op,
        (places, launches) ->
            launches.accept(
                kernels.elements(
                    "relu",
                    count,
                    new Arguments()
                        .addresses(places.of(op.source()), places.of(op.target()))
                        .counts(count))));
  }

  private Step reluGradient(ReluBackward op) {
    long count = binding.count(op.targetGradient());
    return Step.of(
        op,
        (places, launches) ->
            launches.accept(
                kernels.elements(
                    "reluGradient",
                    count,
                    new Arguments()
                        .addresses(
                            places.of(op.forward().target()),
                            places.of(op.targetGradient()),
                            places.of(op.sourceGradient()))
                        .counts(count))));
  }

  private Step addition(Addition op) {
    long count = binding.count(op.target());
    return Step.of(
        op,
        (places, launches) ->
            launches.accept(
                kernels.elements(
                    "add",
                    count,
                    new Arguments()
                        .addresses(
                            places.of(op.left()), places.of(op.right()), places.of(op.target()))
                        .counts(count))));
  }

  /** Running statistics and the optimiser. */
  private void addUpdate(List<Step> steps) {
    for (Operation operation : binding.program().forward()) {
      if (operation instanceof Normalization norm && differentiated.contains(norm)) {
        steps.add(normalizations.runningStatistics(norm));
      }
    }
    steps.add(
        new Step(
            List.of(),
            List.of(),
            0,
            (places, launches) -> launches.accept(nesterov(places.rate()))));
  }

  private Launch nesterov(long rate) {
    DeviceParameters parameters = binding.parameters();
    return kernels.update(
        parameters,
        parameters.kinds(),
        rate,
        (float) binding.objective().weightDecay(),
        1f / binding.batch());
  }
}
