package dev.resnet.engine.cuda;

import java.util.Set;

/** The CUDA driver refused a call, or the GPU failed; the message names the call and the error. */
final class CudaException extends RuntimeException {
  static final int SUCCESS = 0;
  static final int NOT_READY = 600;

  private static final int OUT_OF_MEMORY = 2;

  /**
   * Codes of the enumeration CUresult in cuda.h after which every further call of this process
   * fails, or fails until someone repairs the machine.
   */
  private static final Set<Integer> LOST =
      Set.of(
          46, // device unavailable
          214, // a memory error that ECC could not correct
          220, // the same on NVLink
          226, // contained error: the processes that used the memory must end
          700, // illegal address
          702, // launch timeout
          709, // the context is destroyed
          710, // assertion in a kernel
          714, // hardware stack error
          715, // illegal instruction
          716, // misaligned address
          717, // invalid address space
          718, // invalid program counter
          719, // launch failed
          721, // tensor memory leak
          999); // unknown

  private final int code;
  private final String call;

  CudaException(int code, String call, String message) {
    super(message);
    this.code = code;
    this.call = call;
  }

  static CudaException of(int code, String call) {
    return new CudaException(
        code, call, "CUDA: %s: %s (%d)".formatted(call, Driver.name(code), code));
  }

  int code() {
    return code;
  }

  String call() {
    return call;
  }

  /**
   * @param needed bytes that were asked for
   * @param free bytes that were free
   */
  static CudaException outOfMemory(String call, long needed, long free) {
    return new CudaException(
        OUT_OF_MEMORY,
        call,
        "The GPU's memory is full: %,d MiB more are needed and %,d MiB are free. Ask for a smaller batch_size or another engine (onednn), or end other programs that use the GPU."
            .formatted(mebibytes(needed), free >> 20));
  }

  private static long mebibytes(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }

  boolean isOutOfMemory() {
    return isOutOfMemory(code);
  }

  static boolean isOutOfMemory(int code) {
    return code == OUT_OF_MEMORY;
  }

  /** Whether this process can't use the GPU any more. */
  boolean isDeviceLost() {
    return isDeviceLost(code);
  }

  static boolean isDeviceLost(int code) {
    return LOST.contains(code);
  }
}
