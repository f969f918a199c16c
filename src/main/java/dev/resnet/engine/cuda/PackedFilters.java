package dev.resnet.engine.cuda;

import dev.resnet.engine.Owned;
import dev.resnet.engine.program.Operation.Convolution;
import dev.resnet.engine.program.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The weights of all convolutions in bfloat16, [tap][output][input], as the fused kernels load
 * them. In a training it also holds the partial sums of their gradients; then the optimiser's step
 * adds them up, updates the parameters and packs them again, in one pass.
 */
final class PackedFilters implements AutoCloseable {
  /** Ints of a Filter of {@code filters.cu}. */
  private static final int FIELDS = 10;

  private static final int BLOCK = 256;

  private final FusedKernels kernels;
  private final DeviceParameters parameters;
  private final Owned owned = new Owned();
  private final DeviceMemory packed;
  private final DeviceMemory table;
  private final DeviceMemory filterOfBlock;
  private final @Nullable DeviceMemory partials;
  private final Map<Variable, Long> packedAt = new LinkedHashMap<>();
  private final Map<Variable, Long> partialsAt = new LinkedHashMap<>();
  private final int blocks;

  /**
   * Allocates; {@link #pack} fills.
   *
   * @param sums how many partial sums each convolution of the plan has; null in an inference
   */
  PackedFilters(
      FusedPlan plan,
      FusedKernels kernels,
      DeviceParameters parameters,
      @Nullable Map<Variable, Integer> sums) {
    this.kernels = kernels;
    this.parameters = parameters;
    List<Integer> rows = new ArrayList<>();
    List<Integer> owners = new ArrayList<>();
    long elements = 0;
    long partial = 0;
    for (Convolution convolution : plan.network().convolutions()) {
      int inputs = plan.network().inputs(convolution);
      int outputs = convolution.target().channels();
      int taps = convolution.window().kernelHeight() * convolution.window().kernelWidth();
      int size = taps * outputs * inputs;
      int count = sums == null ? 0 : sums.get(convolution.weights());
      packedAt.put(convolution.weights(), elements);
      partialsAt.put(convolution.weights(), partial);
      rows.addAll(
          List.of(
              Math.toIntExact(partial),
              count,
              taps,
              outputs,
              inputs,
              convolution.source().channels(),
              Math.toIntExact(convolution.weights().offset()),
              Math.toIntExact(elements),
              owners.size(),
              0));
      int index = rows.size() / FIELDS - 1;
      for (int block = 0; block < Kernels.blocks(size, BLOCK); block++) {
        owners.add(index);
      }
      elements += size;
      partial += (long) size * count;
    }
    this.blocks = owners.size();
    try {
      packed = owned.add(new DeviceMemory(elements * FusedKernel.BYTES));
      table = owned.add(new DeviceMemory((long) rows.size() * Integer.BYTES));
      filterOfBlock = owned.add(new DeviceMemory((long) blocks * Integer.BYTES));
      partials = sums == null ? null : owned.add(new DeviceMemory(partial * Float.BYTES));
      table.upload(0, ints(rows));
      filterOfBlock.upload(0, ints(owners));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private static int[] ints(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The address of a convolution's packed weights. */
  long packed(Convolution convolution) {
    return packed.at(packedAt.get(convolution.weights()) * FusedKernel.BYTES);
  }

  /** The address of a convolution's partial sums. */
  long partials(Convolution convolution) {
    if (partials == null) {
      throw new IllegalStateException("nothing is trained");
    }
    return partials.at(partialsAt.get(convolution.weights()) * Float.BYTES);
  }

  /** Packs the parameters as they are. */
  Launch pack() {
    return launch(0, 0, 0, 0, 0, 0);
  }

  /** The optimiser's step of all convolutions' weights. */
  Launch update(long rate, float weightDecay, float scale) {
    return launch(
        partials == null ? 0 : partials.at(0),
        parameters.momentum(),
        rate,
        parameters.momentumFactor(),
        weightDecay,
        scale);
  }

  private Launch launch(
      long sums, long velocities, long rate, float momentum, float weightDecay, float scale) {
    return kernels.launch(
        "updateFilters",
        blocks,
        BLOCK,
        new Arguments()
            .addresses(
                table.at(0),
                filterOfBlock.at(0),
                sums,
                parameters.values(),
                velocities,
                packed.at(0),
                rate)
            .reals(momentum, weightDecay, scale));
  }

  @Override
  public void close() {
    owned.close();
  }
}
