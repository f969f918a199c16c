package dev.resnet.ops;

import static org.bytedeco.cuda.global.cudart.*;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * Queries the NVIDIA driver, which also lists devices that the CUDA 11.6 run-time can't use. Loads
 * a native library that only a build with the profile cuda contains.
 */
final class CudaDriver {
  private CudaDriver() {}

  /** The verdict for this machine. Loads the driver's library, but not nd4j's. */
  static GpuVerdict verdict() {
    try {
      int status = cuInit(0);
      if (status == CUDA_ERROR_NO_DEVICE) {
        return GpuVerdict.on(List.of());
      }
      check(status, "cuInit");
      return GpuVerdict.on(devices());
    } catch (LinkageError | IllegalStateException e) {
      return GpuVerdict.withoutDriver(rootMessage(e));
    }
  }

  private static List<GpuDevice> devices() {
    int[] number = new int[1];
    check(cuDeviceGetCount(number), "cuDeviceGetCount");
    List<GpuDevice> devices = new ArrayList<>();
    for (int i = 0; i < number[0]; i++) {
      int[] device = new int[1];
      check(cuDeviceGet(device, i), "cuDeviceGet");
      devices.add(
          new GpuDevice(
              name(device[0]),
              attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device[0]),
              attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device[0]),
              memory(device[0])));
    }
    return List.copyOf(devices);
  }

  private static String name(int device) {
    byte[] name = new byte[256];
    check(cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    return new String(name, 0, length, StandardCharsets.UTF_8);
  }

  private static int attribute(int attribute, int device) {
    int[] value = new int[1];
    check(cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
    return value[0];
  }

  private static long memory(int device) {
    try (var bytes = new SizeTPointer(1)) {
      check(cuDeviceTotalMem(bytes, device), "cuDeviceTotalMem");
      return bytes.get();
    }
  }

  private static void check(int status, String call) {
    if (status != CUDA_SUCCESS) {
      throw new IllegalStateException(call + " fails with CUDA's error " + status);
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
