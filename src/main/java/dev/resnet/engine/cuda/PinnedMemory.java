package dev.resnet.engine.cuda;

import static dev.resnet.engine.cuda.Driver.check;

import com.sun.jna.Pointer;
import dev.resnet.engine.Natives;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Host memory that the GPU can read and write: for copies that the host doesn't wait for, and for
 * kernels themselves. Host and GPU know it by the same address, as always on 64-bit Linux.
 */
final class PinnedMemory implements AutoCloseable {
  private final long address;
  private final long bytes;

  /**
   * @param bytes at least 1
   */
  PinnedMemory(long bytes) {
    long[] address = new long[1];
    Natives.opening();
    check(
        Driver.cuMemHostAlloc(address, bytes, Driver.PINNED_PORTABLE_MAPPED),
        "cuMemHostAlloc of %,d bytes".formatted(bytes));
    Natives.opened();
    this.address = address[0];
    this.bytes = bytes;
    new Pointer(this.address).setMemory(0, bytes, (byte) 0);
  }

  long bytes() {
    return bytes;
  }

  /** The address {@code offset} bytes into the block. */
  long at(long offset) {
    if (offset < 0 || offset > bytes) {
      throw new IndexOutOfBoundsException("%,d of a block of %,d bytes".formatted(offset, bytes));
    }
    return address + offset;
  }

  /**
   * A view of a part, in the machine's byte order. It must not be used once the memory is closed.
   */
  ByteBuffer buffer(long offset, int length) {
    if (offset < 0 || offset + length > bytes) {
      throw new IndexOutOfBoundsException(
          "%,d bytes at %,d of a block of %,d bytes".formatted(length, offset, bytes));
    }
    return new Pointer(address).getByteBuffer(offset, length).order(ByteOrder.nativeOrder());
  }

  /** Never throws. */
  @Override
  public void close() {
    Driver.cuMemFreeHost(address);
    Natives.closed();
  }
}
