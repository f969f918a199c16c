package dev.resnet.engine.cuda;

import dev.resnet.engine.program.Access;
import dev.resnet.engine.program.Operation;
import dev.resnet.engine.program.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What an operation, several of them, or a part of one become on the device.
 *
 * @param reads the tensors that its kernels read, which may be more than the operation reads
 * @param writes the tensors that they write
 * @param scratch bytes of memory that nobody needs after the step
 * @param emission makes its launches, once it is known where everything lies
 */
record Step(List<Tensor> reads, List<Tensor> writes, long scratch, Emission emission)
    implements Access {

  /** Makes launches. */
  @FunctionalInterface
  interface Emission {
    /**
     * Makes the launches of a step.
     *
     * @param launches takes them in the order in which they run
     */
    void emit(Places places, Consumer<Launch> launches);
  }

  /** A step that reads and writes what an operation does, without scratch memory. */
  static Step of(Operation operation, Emission emission) {
    return new Step(operation.reads(), operation.writes(), 0, emission);
  }

  /** The same with scratch memory. */
  Step withScratch(long bytes) {
    return new Step(reads, writes, bytes, emission);
  }

  /** The same, which also reads a tensor that the operation doesn't. */
  Step reading(Tensor tensor) {
    List<Tensor> all = new ArrayList<>(reads);
    all.add(tensor);
    return new Step(all, writes, scratch, emission);
  }
}
