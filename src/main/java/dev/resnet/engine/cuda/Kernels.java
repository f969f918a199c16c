package dev.resnet.engine.cuda;

import dev.resnet.engine.Precision;
import java.util.List;

/**
 * The kernels that take any shape, for one precision, loaded into the current context. Each launch
 * has the grid that the comment above the kernel asks for.
 */
final class Kernels implements AutoCloseable {
  /** Threads of a block, of most kernels. */
  static final int BLOCK = 256;

  private static final String[] FILES = {
    "reductions.cu",
    "generic-convolution.cu",
    "generic.cu",
    "normalization.cu",
    "loss.cu",
    "input.cu"
  };

  /** Elements that a block of an element-wise kernel works on. */
  private static final int ELEMENTS = 2048;

  private static final int WARP = 32;

  private final KernelModule module;

  Kernels(Gpu gpu, Precision precision) {
    byte[] binary = new KernelCompiler(gpu.capability()).compile(options(precision), FILES);
    this.module = new KernelModule("generic kernels", binary);
  }

  static List<String> options(Precision precision) {
    return List.of("-DPRECISION=" + (precision == Precision.FLOAT32 ? 32 : 16));
  }

  /** An element-wise kernel over a tensor. */
  Launch elements(String name, long count, Arguments arguments) {
    return launch(name, blocks(count, ELEMENTS), 1, BLOCK, arguments);
  }

  /** A kernel with a thread for each of {@code count} results. */
  Launch threads(String name, long count, Arguments arguments) {
    return launch(name, blocks(count, BLOCK), 1, BLOCK, arguments);
  }

  /** A kernel with a warp for each of {@code count} results. */
  Launch warps(String name, long count, Arguments arguments) {
    return launch(name, blocks(count, BLOCK / WARP), 1, BLOCK, arguments);
  }

  /**
   * The optimiser's step over all parameters.
   *
   * @param kinds address of a byte for each element; see {@link DeviceParameters#kinds}
   * @param scale of the gradients
   */
  Launch update(
      DeviceParameters parameters, long kinds, long rate, float weightDecay, float scale) {
    return threads(
        "update",
        parameters.count(),
        new Arguments()
            .addresses(
                parameters.values(), parameters.gradients(), parameters.momentum(), kinds, rate)
            .reals(parameters.momentumFactor(), weightDecay, scale)
            .integers(parameters.count()));
  }

  Launch launch(String name, int gridX, int gridY, int block, Arguments arguments) {
    return new Launch(
        function(name), Launch.Size.of(gridX, gridY), Launch.Size.of(block), 0, arguments.values());
  }

  /** Programs may be bound by several threads at once. */
  private synchronized KernelFunction function(String name) {
    return module.function(name);
  }

  /** How many blocks of {@code each} cover {@code count}. */
  static int blocks(long count, int each) {
    return Math.toIntExact((count + each - 1) / each);
  }

  @Override
  public void close() {
    module.close();
  }
}
