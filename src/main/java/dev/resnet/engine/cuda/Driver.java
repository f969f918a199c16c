package dev.resnet.engine.cuda;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the CUDA driver, {@code libcuda.so.1}; the names are those of its binary interface
 * since CUDA 12. Handles, device addresses and host addresses are {@code long}, as on every 64-bit
 * system. Only the classes of this package that own the handles call it.
 */
final class Driver {
  /** CUDA 12.0, as {@link #cuDriverGetVersion} reports it. */
  static final int OLDEST = 12000;

  /** Attributes of a device. */
  static final int MULTIPROCESSORS = 16;

  static final int CAPABILITY_MAJOR = 75;
  static final int CAPABILITY_MINOR = 76;
  static final int SHARED_MEMORY_PER_BLOCK = 97; // the most that a function may ask for

  /** Attributes of a function. */
  static final int STATIC_SHARED_BYTES = 1;

  static final int LOCAL_BYTES = 3;
  static final int REGISTERS = 4;
  static final int DYNAMIC_SHARED_BYTES = 8;

  /** The stream does not wait for the default stream. */
  static final int STREAM_NON_BLOCKING = 1;

  /** Other threads may do what they like while this one captures. */
  static final int CAPTURE_THREAD_LOCAL = 1;

  /** Every context may use the pinned memory, and so may kernels. */
  static final int PINNED_PORTABLE_MAPPED = 3;

  private Driver() {}

  /**
   * Binds the calls to this library.
   *
   * @throws UnsatisfiedLinkError where it can't be loaded or lacks a call
   */
  static void load(Path library) {
    Native.register(Driver.class, NativeLibrary.getInstance(library.toString()));
  }

  static native int cuInit(int flags);

  static native int cuDriverGetVersion(int[] version);

  static native int cuGetErrorName(int code, long[] name);

  static native int cuDeviceGetCount(int[] count);

  static native int cuDeviceGet(int[] device, int ordinal);

  static native int cuDeviceGetName(byte[] name, int length, int device);

  static native int cuDeviceGetAttribute(int[] value, int attribute, int device);

  static native int cuDeviceTotalMem_v2(long[] bytes, int device);

  static native int cuDevicePrimaryCtxRetain(long[] context, int device);

  static native int cuDevicePrimaryCtxRelease_v2(int device);

  static native int cuCtxSetCurrent(long context);

  static native int cuCtxSynchronize();

  static native int cuMemGetInfo_v2(long[] free, long[] total);

  static native int cuMemAlloc_v2(long[] address, long bytes);

  static native int cuMemFree_v2(long address);

  static native int cuMemHostAlloc(long[] address, long bytes, int flags);

  static native int cuMemFreeHost(long address);

  static native int cuMemcpyHtoD_v2(long target, byte[] source, long bytes);

  static native int cuMemcpyHtoD_v2(long target, short[] source, long bytes);

  static native int cuMemcpyHtoD_v2(long target, int[] source, long bytes);

  static native int cuMemcpyHtoD_v2(long target, float[] source, long bytes);

  static native int cuMemcpyHtoD_v2(long target, long source, long bytes);

  static native int cuMemcpyDtoH_v2(byte[] target, long source, long bytes);

  static native int cuMemcpyDtoH_v2(short[] target, long source, long bytes);

  static native int cuMemcpyDtoH_v2(int[] target, long source, long bytes);

  static native int cuMemcpyDtoH_v2(float[] target, long source, long bytes);

  static native int cuMemcpyDtoH_v2(long target, long source, long bytes);

  static native int cuMemcpyHtoDAsync_v2(long target, long source, long bytes, long stream);

  static native int cuMemcpyDtoHAsync_v2(long target, long source, long bytes, long stream);

  static native int cuMemcpyDtoDAsync_v2(long target, long source, long bytes, long stream);

  static native int cuMemsetD8Async(long target, byte value, long bytes, long stream);

  static native int cuModuleLoadData(long[] module, byte[] image);

  static native int cuModuleUnload(long module);

  static native int cuModuleGetFunction(long[] function, long module, String name);

  static native int cuFuncGetAttribute(int[] value, int attribute, long function);

  static native int cuFuncSetAttribute(long function, int attribute, int value);

  static native int cuLaunchKernel(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int dynamicSharedBytes,
      long stream,
      Pointer arguments,
      @Nullable Pointer extra);

  static native int cuStreamCreateWithPriority(long[] stream, int flags, int priority);

  static native int cuStreamDestroy_v2(long stream);

  static native int cuStreamSynchronize(long stream);

  static native int cuStreamWaitEvent(long stream, long event, int flags);

  static native int cuStreamBeginCapture_v2(long stream, int mode);

  static native int cuStreamEndCapture(long stream, long[] graph);

  static native int cuEventCreate(long[] event, int flags);

  static native int cuEventDestroy_v2(long event);

  static native int cuEventRecord(long event, long stream);

  static native int cuEventQuery(long event);

  static native int cuEventSynchronize(long event);

  static native int cuEventElapsedTime(float[] milliseconds, long start, long end);

  static native int cuGraphInstantiateWithFlags(long[] executable, long graph, long flags);

  static native int cuGraphLaunch(long executable, long stream);

  static native int cuGraphDestroy(long graph);

  static native int cuGraphExecDestroy(long executable);

  /** Every code but success becomes an exception. */
  static void check(int code, String call) {
    if (code != CudaException.SUCCESS) {
      throw CudaException.of(code, call);
    }
  }

  /** The driver's name of a code, such as "CUDA_ERROR_LAUNCH_FAILED". */
  static String name(int code) {
    long[] name = new long[1];
    return cuGetErrorName(code, name) == CudaException.SUCCESS && name[0] != 0
        ? new Pointer(name[0]).getString(0, StandardCharsets.US_ASCII.name())
        : "unknown error";
  }
}
