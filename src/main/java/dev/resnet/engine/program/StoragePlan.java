package dev.resnet.engine.program;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Where each tensor lies in one block of memory. Tensors that are not needed at the same time share
 * their place: that takes less memory, and gradients stay in the cache.
 */
public final class StoragePlan {
  /** A page, so no two tensors share a cache line, and vector loads are aligned. */
  private static final long ALIGNMENT = 4096;

  private record Life(Tensor tensor, int first, int last, long bytes) {}

  private record Place(Life life, long offset) {
    long end() {
      return offset + life.bytes;
    }
  }

  private final Map<Tensor, Long> offsets = new HashMap<>();
  private long size;

  /**
   * Plans a program. The input and the logits live throughout.
   *
   * @param bytes of a whole batch of a tensor
   */
  public StoragePlan(Program program, ToLongFunction<Tensor> bytes) {
    this(program.operations(), List.of(program.input(), program.logits()), bytes);
  }

  /**
   * Plans whatever works on tensors, one after another.
   *
   * @param throughout tensors that live from before the first access until after the last
   * @param bytes of a whole batch of a tensor
   */
  public StoragePlan(
      List<? extends Access> accesses,
      Collection<Tensor> throughout,
      ToLongFunction<Tensor> bytes) {
    List<Place> placed = new ArrayList<>();
    for (Life life : lives(accesses, throughout, bytes)) {
      long offset = firstFit(life, placed);
      placed.add(new Place(life, offset));
      offsets.put(life.tensor, offset);
      size = Math.max(size, offset + life.bytes);
    }
  }

  /** Bytes of the whole block. */
  public long size() {
    return size;
  }

  /** Offset of a tensor in bytes. */
  public long offset(Tensor tensor) {
    return offsets.get(tensor);
  }

  private static List<Life> lives(
      List<? extends Access> accesses,
      Collection<Tensor> throughout,
      ToLongFunction<Tensor> bytes) {
    Map<Tensor, int[]> spans = new HashMap<>();
    int end = accesses.size();
    throughout.forEach(tensor -> spans.put(tensor, new int[] {0, end}));
    for (int i = 0; i < end; i++) {
      for (Tensor tensor : accesses.get(i).writes()) {
        touch(spans, tensor, i);
      }
      for (Tensor tensor : accesses.get(i).reads()) {
        touch(spans, tensor, i);
      }
    }
    List<Life> lives = new ArrayList<>();
    spans.forEach(
        (tensor, span) -> lives.add(new Life(tensor, span[0], span[1], aligned(bytes, tensor))));
    // The largest first: what comes later fits into the gaps. Names break ties, so that plans are
    // reproducible.
    lives.sort(
        Comparator.comparingLong(Life::bytes)
            .reversed()
            .thenComparingInt(Life::first)
            .thenComparing(life -> life.tensor.name()));
    return lives;
  }

  private static void touch(Map<Tensor, int[]> spans, Tensor tensor, int access) {
    int[] span = spans.computeIfAbsent(tensor, t -> new int[] {access, access});
    span[0] = Math.min(span[0], access);
    span[1] = Math.max(span[1], access);
  }

  private static long aligned(ToLongFunction<Tensor> bytes, Tensor tensor) {
    return (bytes.applyAsLong(tensor) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static long firstFit(Life life, List<Place> placed) {
    long offset = 0;
    List<Place> alive =
        placed.stream()
            .filter(p -> p.life.first <= life.last && life.first <= p.life.last)
            .sorted(Comparator.comparingLong(Place::offset))
            .toList();
    for (Place place : alive) {
      if (offset + life.bytes <= place.offset) {
        break;
      }
      offset = Math.max(offset, place.end());
    }
    return offset;
  }
}
