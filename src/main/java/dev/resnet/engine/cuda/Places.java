package dev.resnet.engine.cuda;

import dev.resnet.engine.Owned;
import dev.resnet.engine.program.Access;
import dev.resnet.engine.program.Operation.Normalization;
import dev.resnet.engine.program.Operation.Pooling;
import dev.resnet.engine.program.StoragePlan;
import dev.resnet.engine.program.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where everything of one program lies on the device: its tensors in one block, by a plan; scratch
 * memory that the steps use in turn; and small buffers of their own.
 */
final class Places implements AutoCloseable {
  /** What the device asks of any vector load, and what cuMemAlloc gives. */
  private static final long ALIGNMENT = 256;

  /** Small buffers share allocations of this size. */
  private static final long CHUNK = 1 << 20;

  private final StoragePlan plan;
  private final long tensors;
  private final long scratch;
  private final int batch;
  private final long labels;
  private final long probabilities;
  private final Map<Normalization, Statistics> statistics = new HashMap<>();
  private final Map<Pooling, Long> argmax = new HashMap<>();
  private final Owned owned = new Owned();

  /** The latest allocation for small buffers, and how much of it is taken. */
  private @Nullable DeviceMemory chunk;

  private long taken;

  /** Mean and biased variance of the latest batch, a float32 for each channel. */
  record Statistics(long mean, long variance) {}

  /**
   * Allocates.
   *
   * @param scratch bytes that the steps use in turn
   * @param throughout tensors that keep their place before the first and after the last step
   */
  Places(Binding binding, List<? extends Access> accesses, long scratch, List<Tensor> throughout) {
    this.plan = new StoragePlan(accesses, throughout, binding::bytes);
    this.batch = binding.batch();
    try {
      this.tensors = allocate(plan.size()).at(0);
      this.scratch = allocate(scratch).at(0);
      this.labels = keep((batch + 1L) * Integer.BYTES);
      this.probabilities = keep((long) batch * binding.program().classes() * Float.BYTES);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  /** The address of a whole batch of a tensor, NHWC. */
  long of(Tensor tensor) {
    return tensors + plan.offset(tensor);
  }

  /** The address of the scratch memory that a step asked for. Another step's content is in it. */
  long scratch() {
    return scratch;
  }

  /** The address of the class of each image, int32; the learning rate comes right after them. */
  long labels() {
    return labels;
  }

  /** The address of the learning rate, a float32. */
  long rate() {
    return labels + (long) batch * Integer.BYTES;
  }

  /** The address of the class probabilities of a program that classifies, float32. */
  long probabilities() {
    return probabilities;
  }

  /** The address of memory that is nobody else's, zero at first. */
  long keep(long bytes) {
    Part part = part(bytes);
    return part.memory.at(part.offset);
  }

  /** The address of a copy of these numbers. */
  long keep(float[] values) {
    Part part = part((long) values.length * Float.BYTES);
    part.memory.upload(part.offset, values);
    return part.memory.at(part.offset);
  }

  /** The address of a copy of these bytes. */
  long keep(byte[] values) {
    Part part = part(values.length);
    part.memory.upload(part.offset, values);
    return part.memory.at(part.offset);
  }

  /** The address of a copy of these numbers. */
  long keep(int[] values) {
    Part part = part((long) values.length * Integer.BYTES);
    part.memory.upload(part.offset, values);
    return part.memory.at(part.offset);
  }

  private record Part(DeviceMemory memory, long offset) {}

  private Part part(long bytes) {
    long size = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size >= CHUNK) {
      return new Part(allocate(size), 0);
    }
    DeviceMemory current = chunk;
    if (current == null || taken + size > CHUNK) {
      current = allocate(CHUNK);
      chunk = current;
      taken = 0;
    }
    taken += size;
    return new Part(current, taken - size);
  }

  /** Where a normalisation's statistics of the batch lie: the same place each time. */
  Statistics statistics(Normalization norm) {
    return statistics.computeIfAbsent(
        norm,
        n -> {
          long bytes = (long) n.scale().length() * Float.BYTES;
          return new Statistics(keep(bytes), keep(bytes));
        });
  }

  /**
   * Where a pooling notes which pixel was the maximum: the same place each time.
   *
   * @param count elements of the whole target
   */
  long argmax(Pooling pooling, long count) {
    return argmax.computeIfAbsent(pooling, p -> keep(count * Integer.BYTES));
  }

  private DeviceMemory allocate(long bytes) {
    return owned.add(new DeviceMemory(Math.max(bytes, ALIGNMENT)));
  }

  @Override
  public void close() {
    owned.close();
  }
}
