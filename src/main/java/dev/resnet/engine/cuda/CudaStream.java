package dev.resnet.engine.cuda;

import static dev.resnet.engine.cuda.Driver.check;

import com.sun.jna.Memory;
import dev.resnet.engine.Natives;

/** A queue of work for the GPU, done in order. Not thread-safe. */
final class CudaStream implements AutoCloseable {
  /** More than any kernel takes. */
  static final int MOST_ARGUMENTS = 64;

  final long handle;

  /** First the addresses of the arguments, then the arguments, 8 bytes each. */
  private final Memory arguments = new Memory(2L * MOST_ARGUMENTS * Long.BYTES);

  CudaStream() {
    this(0);
  }

  /**
   * A stream of this priority: the GPU starts waiting blocks of the smaller number first. What the
   * GPU doesn't distinguish counts as its nearest.
   */
  CudaStream(int priority) {
    long[] handle = new long[1];
    Natives.opening();
    check(
        Driver.cuStreamCreateWithPriority(handle, Driver.STREAM_NON_BLOCKING, priority),
        "cuStreamCreateWithPriority");
    Natives.opened();
    this.handle = handle[0];
    for (int i = 0; i < MOST_ARGUMENTS; i++) {
      arguments.setPointer((long) i * Long.BYTES, arguments.share(place(i)));
    }
  }

  private static long place(int argument) {
    return (long) (MOST_ARGUMENTS + argument) * Long.BYTES;
  }

  /** Queues a kernel. The arguments are copied before it returns. */
  void launch(Launch launch) {
    for (int i = 0; i < launch.arguments().size(); i++) {
      write(place(i), launch.arguments().get(i), launch);
    }
    KernelFunction function = launch.function();
    function.allowSharedBytes(launch.sharedBytes());
    check(
        Driver.cuLaunchKernel(
            function.handle(),
            launch.grid().x(),
            launch.grid().y(),
            launch.grid().z(),
            launch.block().x(),
            launch.block().y(),
            launch.block().z(),
            launch.sharedBytes(),
            handle,
            arguments,
            null),
        function.name());
  }

  private void write(long place, Object argument, Launch launch) {
    if (argument instanceof Long value) {
      arguments.setLong(place, value);
    } else if (argument instanceof Integer value) {
      arguments.setInt(place, value);
    } else if (argument instanceof Float value) {
      arguments.setFloat(place, value);
    } else {
      throw new IllegalArgumentException(
          launch.function().name() + " got a " + argument.getClass().getName());
    }
  }

  /** Copies on the GPU. */
  void copy(long target, long source, long bytes) {
    check(Driver.cuMemcpyDtoDAsync_v2(target, source, bytes, handle), "cuMemcpyDtoDAsync");
  }

  /**
   * Copies to the GPU without waiting.
   *
   * @param source in {@link PinnedMemory}, untouched until the copy is done
   */
  void upload(long target, long source, long bytes) {
    check(Driver.cuMemcpyHtoDAsync_v2(target, source, bytes, handle), "cuMemcpyHtoDAsync");
  }

  /**
   * Copies from the GPU without waiting.
   *
   * @param target in {@link PinnedMemory}
   */
  void download(long target, long source, long bytes) {
    check(Driver.cuMemcpyDtoHAsync_v2(target, source, bytes, handle), "cuMemcpyDtoHAsync");
  }

  void zero(long target, long bytes) {
    check(Driver.cuMemsetD8Async(target, (byte) 0, bytes, handle), "cuMemsetD8Async");
  }

  /** Lets what comes later wait for the event. */
  void await(CudaEvent event) {
    check(Driver.cuStreamWaitEvent(handle, event.handle, 0), "cuStreamWaitEvent");
  }

  /** Waits until all is done. An error of a kernel appears here. */
  void synchronize() {
    check(Driver.cuStreamSynchronize(handle), "cuStreamSynchronize");
  }

  /** Never throws. */
  @Override
  public void close() {
    Driver.cuStreamDestroy_v2(handle);
    Natives.closed();
    arguments.close();
  }
}
