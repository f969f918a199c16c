package dev.resnet.engine.cuda;

import static dev.resnet.engine.cuda.Driver.check;

import dev.resnet.engine.Natives;

/**
 * This process's use of one GPU: its primary context. A thread calls {@link #makeCurrent} before it
 * uses anything that was made with the context. All of that is closed before the context.
 */
final class DeviceContext implements AutoCloseable {
  private final Gpu gpu;
  private final int device;
  private final long handle;

  private DeviceContext(Gpu gpu, int device, long handle) {
    this.gpu = gpu;
    this.device = device;
    this.handle = handle;
  }

  /** Current on the calling thread. */
  static DeviceContext open(Gpu gpu) {
    int device = gpu.device();
    long[] handle = new long[1];
    Natives.opening();
    check(Driver.cuDevicePrimaryCtxRetain(handle, device), "cuDevicePrimaryCtxRetain");
    Natives.opened();
    var context = new DeviceContext(gpu, device, handle[0]);
    context.makeCurrent();
    return context;
  }

  Gpu gpu() {
    return gpu;
  }

  /** For the calling thread. Cheap. */
  void makeCurrent() {
    check(Driver.cuCtxSetCurrent(handle), "cuCtxSetCurrent");
  }

  /** Waits for all work of this process on the GPU. */
  void synchronize() {
    check(Driver.cuCtxSynchronize(), "cuCtxSynchronize");
  }

  /** Bytes of the current context's GPU that nobody on this machine uses; 0 where unknown. */
  static long freeBytes() {
    long[] free = new long[1];
    long[] total = new long[1];
    // No check: it is asked while an exception is made.
    return Driver.cuMemGetInfo_v2(free, total) == CudaException.SUCCESS ? free[0] : 0;
  }

  /** Never throws: it is called when things have gone wrong, too. */
  @Override
  public void close() {
    Driver.cuDevicePrimaryCtxRelease_v2(device);
    Natives.closed();
  }
}
