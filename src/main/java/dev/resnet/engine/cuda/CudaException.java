package dev.resnet.engine.cuda;

import dev.resnet.engine.GpuException;
import java.util.Set;

/** The CUDA driver refused a call, or the GPU failed; the message names the call and the error. */
final class CudaException extends GpuException {
  static final int SUCCESS = 0;
  static final int NOT_READY = 600;

  private static final int OUT_OF_MEMORY = 2;

  /** Codes of CUresult in cuda.h that say that a GPU is there but can't be had now. */
  private static final Set<Integer> BUSY =
      Set.of(
          46, // device unavailable: another process has it for itself
          802, // system not ready: a service of the driver is still starting
          805, 806, 807, 808, 809); // the server that shares a GPU between processes

  /**
   * Codes of CUresult after which every further call of this process fails: cuda.h says of most of
   * them that the process must be ended and started again.
   */
  private static final Set<Integer> LOST =
      Set.of(
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

  private CudaException(int code, String call, String message) {
    super(kind(code), message);
    this.code = code;
    this.call = call;
  }

  /** A loss is remembered until the process ends. */
  static CudaException of(int code, String call) {
    String name = "%s: %s (%d)".formatted(call, Driver.name(code), code);
    return switch (kind(code)) {
      case OUT_OF_MEMORY ->
          new CudaException(
              code, call, full("%s needs more".formatted(call), DeviceContext.freeBytes()));
      case LOST -> {
        String message =
            "The GPU failed (%s). This process can't use it any more and must be restarted."
                .formatted(name);
        LostDevice.remember(message);
        yield new CudaException(code, call, message);
      }
      case BUSY -> new CudaException(code, call, "The GPU is not free (%s).".formatted(name));
      case REFUSED -> new CudaException(code, call, "CUDA: " + name);
    };
  }

  /**
   * @param needed bytes that were asked for
   */
  static CudaException outOfMemory(String call, long needed) {
    return new CudaException(
        OUT_OF_MEMORY,
        call,
        full(
            "%,d MiB more are needed".formatted((needed + (1 << 20) - 1) >> 20),
            DeviceContext.freeBytes()));
  }

  private static String full(String need, long free) {
    return ("The GPU's memory is full: %s, and %,d MiB are free. Ask for a smaller batch_size or"
            + " stack_n, or for the engine onednn, or end other programs that use the GPU.")
        .formatted(need, free >> 20);
  }

  private static Kind kind(int code) {
    if (code == OUT_OF_MEMORY) {
      return Kind.OUT_OF_MEMORY;
    }
    if (LOST.contains(code)) {
      return Kind.LOST;
    }
    return BUSY.contains(code) ? Kind.BUSY : Kind.REFUSED;
  }

  int code() {
    return code;
  }

  String call() {
    return call;
  }

  boolean isOutOfMemory() {
    return isOutOfMemory(code);
  }

  static boolean isOutOfMemory(int code) {
    return code == OUT_OF_MEMORY;
  }

  /** Whether this process can't use the GPU any more. */
  boolean isDeviceLost() {
    return kind() == Kind.LOST;
  }
}
