package dev.resnet.engine.cuda;

import dev.resnet.engine.Owned;
import java.nio.ByteBuffer;

/**
 * Places in pinned host memory that the host fills and the GPU reads a little later, in turn. The
 * host waits only where it is a whole round ahead.
 */
final class PinnedRing implements AutoCloseable {
  private final int slotBytes;
  private final int stride;
  private final PinnedMemory memory;
  private final CudaEvent[] read;
  private final Owned owned = new Owned();
  private int slot;

  PinnedRing(int slots, int slotBytes) {
    this.slotBytes = slotBytes;
    this.stride = (slotBytes + 255) / 256 * 256;
    this.read = new CudaEvent[slots];
    try {
      memory = owned.add(new PinnedMemory((long) slots * stride));
      for (int i = 0; i < slots; i++) {
        read[i] = owned.add(new CudaEvent());
      }
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  int slotBytes() {
    return slotBytes;
  }

  /** The next place to be filled, once the GPU has read what was in it. */
  ByteBuffer next() {
    slot = (slot + 1) % read.length;
    read[slot].await();
    return memory.buffer((long) slot * stride, slotBytes);
  }

  /** The address of the place that {@link #next} gave. */
  long address() {
    return memory.at((long) slot * stride);
  }

  /** Marks that everything that reads the place is queued. */
  void queued(CudaStream stream) {
    read[slot].record(stream);
  }

  @Override
  public void close() {
    owned.close();
  }
}
