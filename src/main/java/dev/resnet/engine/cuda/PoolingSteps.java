package dev.resnet.engine.cuda;

import dev.resnet.engine.program.Operation.Pooling;
import dev.resnet.engine.program.Operation.PoolingBackward;
import dev.resnet.engine.program.Window;

/** The mean or the maximum of windows, which may overlap: generic.cu. */
final class PoolingSteps {
  private final Binding binding;
  private final Kernels kernels;

  PoolingSteps(Binding binding, Kernels kernels) {
    this.binding = binding;
    this.kernels = kernels;
  }

  /**
   * Forward.
   *
   * @param differentiated whether backward follows
   */
  Step forward(Pooling op, boolean differentiated) {
    return Step.of(
        op,
        (places, launches) ->
            launches.accept(
                kernels.threads(
                    "poolForward",
                    binding.count(op.target()),
                    new Arguments()
                        .addresses(
                            places.of(op.source()),
                            places.of(op.target()),
                            differentiated ? argmax(op, places) : 0)
                        .integers(sizes(op)))));
  }

  Step backward(PoolingBackward op) {
    Pooling pooling = op.forward();
    return Step.of(
        op,
        (places, launches) ->
            launches.accept(
                kernels.threads(
                    "poolGradient",
                    binding.count(pooling.source()),
                    new Arguments()
                        .addresses(
                            places.of(op.targetGradient()),
                            argmax(pooling, places),
                            places.of(op.sourceGradient()))
                        .integers(sizes(pooling)))));
  }

  private long argmax(Pooling op, Places places) {
    return op.maximum() ? places.argmax(op, binding.count(op.target())) : 0;
  }

  /** n, h, wd, channels, oh, ow, kh, kw, sh, sw, top, left, maximum. */
  private int[] sizes(Pooling op) {
    Window window = op.window();
    return new int[] {
      binding.batch(),
      op.source().height(),
      op.source().width(),
      op.source().channels(),
      op.target().height(),
      op.target().width(),
      window.kernelHeight(),
      window.kernelWidth(),
      window.strideHeight(),
      window.strideWidth(),
      window.top(),
      window.left(),
      op.maximum() ? 1 : 0
    };
  }
}
