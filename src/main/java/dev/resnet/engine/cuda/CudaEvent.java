package dev.resnet.engine.cuda;

import static dev.resnet.engine.cuda.Driver.check;

import dev.resnet.engine.Natives;

/** A mark in the work of a stream. */
final class CudaEvent implements AutoCloseable {
  final long handle;

  CudaEvent() {
    long[] handle = new long[1];
    Natives.opening();
    check(Driver.cuEventCreate(handle, 0), "cuEventCreate");
    Natives.opened();
    this.handle = handle[0];
  }

  /** Marks the end of what the stream has been given so far. */
  void record(CudaStream stream) {
    check(Driver.cuEventRecord(handle, stream.handle), "cuEventRecord");
  }

  /** Whether the work before the mark is done; true where nothing was marked. */
  boolean isDone() {
    int code = Driver.cuEventQuery(handle);
    if (code == CudaException.NOT_READY) {
      return false;
    }
    check(code, "cuEventQuery");
    return true;
  }

  /** Waits until the work before the mark is done. */
  void await() {
    check(Driver.cuEventSynchronize(handle), "cuEventSynchronize");
  }

  /** Milliseconds from an earlier mark to this one; both are done. */
  float millisecondsSince(CudaEvent earlier) {
    float[] milliseconds = new float[1];
    check(Driver.cuEventElapsedTime(milliseconds, earlier.handle, handle), "cuEventElapsedTime");
    return milliseconds[0];
  }

  /** Never throws. */
  @Override
  public void close() {
    Driver.cuEventDestroy_v2(handle);
    Natives.closed();
  }
}
