package dev.resnet.engine.onednn;

import dev.resnet.engine.Natives;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Memory outside the Java heap, aligned to a page, freed when closed. */
final class NativeBlock implements AutoCloseable {
  private static final long ALIGNMENT = 4096;

  private final Pointer allocation;
  private final long start;

  NativeBlock(long size) {
    // Not one of JavaCPP's own arrays: JavaCPP counts those against a limit meant for small ones.
    Natives.opening();
    allocation = Pointer.malloc(size + ALIGNMENT);
    if (allocation == null || allocation.isNull()) {
      throw new OutOfMemoryError("oneDNN engine: no %,d bytes of native memory".formatted(size));
    }
    Natives.opened();
    Natives.allocated(size);
    start = (allocation.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    Pointer.memset(at(0), 0, size);
  }

  /** The place {@code offset} bytes into the block. */
  Pointer at(long offset) {
    return pointer(start + offset);
  }

  /** A pointer to an address that someone else owns. */
  static Pointer pointer(long address) {
    return new Address(address);
  }

  /** A pointer to an array of the graph's. */
  static Pointer pointer(INDArray array) {
    return pointer(array.data().addressPointer().address());
  }

  static FloatBuffer floats(Pointer place, long count) {
    return bytes(place, count * Float.BYTES).asFloatBuffer();
  }

  static ShortBuffer shorts(Pointer place, long count) {
    return bytes(place, count * Short.BYTES).asShortBuffer();
  }

  private static ByteBuffer bytes(Pointer place, long size) {
    return new BytePointer(place)
        .position(0)
        .capacity(size)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    Pointer.free(allocation);
    Natives.closed();
  }

  private static final class Address extends Pointer {
    Address(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }
}
