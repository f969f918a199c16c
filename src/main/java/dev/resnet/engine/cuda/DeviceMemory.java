package dev.resnet.engine.cuda;

import static dev.resnet.engine.cuda.Driver.check;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.resnet.engine.Natives;
import java.nio.ByteBuffer;

/**
 * A block of the GPU's memory, filled with zeros, aligned to 256 bytes. The copies wait until they
 * are done, and for nothing that runs on a {@link CudaStream}: synchronise that first.
 */
final class DeviceMemory implements AutoCloseable {
  private final long address;
  private final long bytes;

  /**
   * @param bytes at least 1
   * @throws CudaException where the GPU hasn't that much; the message says how much was free
   */
  DeviceMemory(long bytes) {
    long[] address = new long[1];
    Natives.opening();
    int code = Driver.cuMemAlloc_v2(address, bytes);
    if (CudaException.isOutOfMemory(code)) {
      throw CudaException.outOfMemory("cuMemAlloc", bytes);
    }
    check(code, "cuMemAlloc");
    Natives.opened();
    Natives.allocated(bytes);
    this.address = address[0];
    this.bytes = bytes;
    try {
      zero();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  long bytes() {
    return bytes;
  }

  /** The device address {@code offset} bytes into the block. */
  long at(long offset) {
    if (offset < 0 || offset > bytes) {
      throw outside(offset, 0);
    }
    return address + offset;
  }

  /** Fills the block with zeros. */
  void zero() {
    check(Driver.cuMemsetD8Async(address, (byte) 0, bytes, 0), "cuMemsetD8Async");
    check(Driver.cuStreamSynchronize(0), "cuStreamSynchronize");
  }

  void upload(long offset, float[] values) {
    check(
        Driver.cuMemcpyHtoD_v2(
            range(offset, Float.BYTES, values.length), values, size(Float.BYTES, values.length)),
        "cuMemcpyHtoD");
  }

  void upload(long offset, int[] values) {
    check(
        Driver.cuMemcpyHtoD_v2(
            range(offset, Integer.BYTES, values.length),
            values,
            size(Integer.BYTES, values.length)),
        "cuMemcpyHtoD");
  }

  void upload(long offset, short[] values) {
    check(
        Driver.cuMemcpyHtoD_v2(
            range(offset, Short.BYTES, values.length), values, size(Short.BYTES, values.length)),
        "cuMemcpyHtoD");
  }

  void upload(long offset, byte[] values) {
    check(
        Driver.cuMemcpyHtoD_v2(range(offset, 1, values.length), values, values.length),
        "cuMemcpyHtoD");
  }

  /** What lies between position and limit of a direct or heap buffer. */
  void upload(long offset, ByteBuffer values) {
    if (values.isDirect()) {
      check(
          Driver.cuMemcpyHtoD_v2(
              range(offset, 1, values.remaining()), address(values), values.remaining()),
          "cuMemcpyHtoD");
    } else {
      byte[] copy = new byte[values.remaining()];
      values.duplicate().get(copy);
      upload(offset, copy);
    }
  }

  void download(long offset, float[] values) {
    check(
        Driver.cuMemcpyDtoH_v2(
            values, range(offset, Float.BYTES, values.length), size(Float.BYTES, values.length)),
        "cuMemcpyDtoH");
  }

  void download(long offset, int[] values) {
    check(
        Driver.cuMemcpyDtoH_v2(
            values,
            range(offset, Integer.BYTES, values.length),
            size(Integer.BYTES, values.length)),
        "cuMemcpyDtoH");
  }

  void download(long offset, short[] values) {
    check(
        Driver.cuMemcpyDtoH_v2(
            values, range(offset, Short.BYTES, values.length), size(Short.BYTES, values.length)),
        "cuMemcpyDtoH");
  }

  void download(long offset, byte[] values) {
    check(
        Driver.cuMemcpyDtoH_v2(values, range(offset, 1, values.length), values.length),
        "cuMemcpyDtoH");
  }

  /** Fills a direct buffer from its position to its limit; the position stays. */
  void download(long offset, ByteBuffer values) {
    check(
        Driver.cuMemcpyDtoH_v2(
            address(values), range(offset, 1, values.remaining()), values.remaining()),
        "cuMemcpyDtoH");
  }

  private static long address(ByteBuffer direct) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(direct)) + direct.position();
  }

  private static long size(int width, int count) {
    return (long) width * count;
  }

  private long range(long offset, int width, int count) {
    long size = size(width, count);
    if (offset < 0 || offset + size > bytes) {
      throw outside(offset, size);
    }
    return address + offset;
  }

  private IndexOutOfBoundsException outside(long offset, long size) {
    return new IndexOutOfBoundsException(
        "%,d bytes at %,d of a block of %,d bytes".formatted(size, offset, bytes));
  }

  /** Never throws. */
  @Override
  public void close() {
    Driver.cuMemFree_v2(address);
    Natives.closed();
  }
}
