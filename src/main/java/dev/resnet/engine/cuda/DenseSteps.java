package dev.resnet.engine.cuda;

import dev.resnet.engine.program.Operation.Dense;
import dev.resnet.engine.program.Operation.DenseBackward;
import dev.resnet.engine.program.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Dense layers: generic.cu. */
final class DenseSteps {
  private final Binding binding;
  private final Kernels kernels;

  DenseSteps(Binding binding, Kernels kernels) {
    this.binding = binding;
    this.kernels = kernels;
  }

  Step forward(Dense op) {
    boolean logits = op.target().equals(binding.program().logits());
    return Step.of(
        op,
        (places, launches) -> {
          long target = places.of(op.target());
          launches.accept(
              kernels.warps(
                  "denseForward",
                  binding.count(op.target()),
                  new Arguments()
                      .addresses(
                          places.of(op.source()),
                          binding.parameters().value(op.weights()),
                          op.bias() == null ? 0 : binding.parameters().value(op.bias()),
                          logits ? 0 : target,
                          logits ? target : 0)
                      .integers(sizes(op))));
        });
  }

  List<Step> backward(DenseBackward op) {
    List<Step> steps = new ArrayList<>();
    Tensor sourceGradient = op.sourceGradient();
    if (sourceGradient != null) {
      steps.add(sourceGradient(op.forward(), op.targetGradient(), sourceGradient));
    }
    steps.add(weightsGradient(op.forward(), op.targetGradient()));
    return steps;
  }

  private Step sourceGradient(Dense op, Tensor targetGradient, Tensor sourceGradient) {
    return new Step(
        List.of(targetGradient),
        List.of(sourceGradient),
        0,
        (places, launches) ->
            launches.accept(
                kernels.threads(
                    "denseSourceGradient",
                    binding.count(op.source()),
                    new Arguments()
                        .addresses(
                            places.of(targetGradient),
                            binding.parameters().value(op.weights()),
                            places.of(sourceGradient))
                        .integers(sizes(op)))));
  }

  private Step weightsGradient(Dense op, Tensor targetGradient) {
    DeviceParameters parameters = binding.parameters();
    return new Step(
        List.of(op.source(), targetGradient),
        List.of(),
        0,
        (places, launches) ->
            launches.accept(
                kernels.launch(
                    "denseWeightsGradient",
                    op.target().channels(),
                    Kernels.blocks(op.source().elements() + 1, 32),
                    Kernels.BLOCK,
                    new Arguments()
                        .addresses(
                            places.of(op.source()),
                            places.of(targetGradient),
                            parameters.gradient(op.weights()),
                            op.bias() == null ? 0 : parameters.gradient(op.bias()))
                        .integers(sizes(op)))));
  }

  /** n, in, out, hw, channels. */
  private int[] sizes(Dense op) {
    Tensor source = op.source();
    return new int[] {
      binding.batch(),
      Math.toIntExact(source.elements()),
      op.target().channels(),
      source.height() * source.width(),
      source.channels()
    };
  }
}
