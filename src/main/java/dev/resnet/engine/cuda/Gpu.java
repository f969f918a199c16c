package dev.resnet.engine.cuda;

import static dev.resnet.engine.cuda.Driver.check;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A GPU of this machine.
 *
 * @param ordinal its number, from 0, in the order in which the driver lists the visible ones
 * @param capability compute capability, 90 for 9.0
 * @param bytes of its memory
 * @param multiprocessors how many blocks can run at the same time at least
 * @param sharedBytes the most shared memory that a block may have
 */
record Gpu(
    int ordinal, String name, int capability, long bytes, int multiprocessors, int sharedBytes) {
  /** Ampere: the first with bfloat16 tensor cores. */
  private static final int BFLOAT16_CAPABILITY = 80;

  /** All that the driver shows to this process; it was initialised before. */
  static List<Gpu> all() {
    int[] count = new int[1];
    check(Driver.cuDeviceGetCount(count), "cuDeviceGetCount");
    List<Gpu> gpus = new ArrayList<>();
    for (int ordinal = 0; ordinal < count[0]; ordinal++) {
      gpus.add(of(ordinal));
    }
    return gpus;
  }

  private static Gpu of(int ordinal) {
    int device = device(ordinal);
    byte[] name = new byte[256];
    check(Driver.cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
    long[] bytes = new long[1];
    check(Driver.cuDeviceTotalMem_v2(bytes, device), "cuDeviceTotalMem");
    String text = new String(name, StandardCharsets.UTF_8);
    int end = text.indexOf('\0');
    return new Gpu(
        ordinal,
        end < 0 ? text : text.substring(0, end),
        10 * attribute(Driver.CAPABILITY_MAJOR, device)
            + attribute(Driver.CAPABILITY_MINOR, device),
        bytes[0],
        attribute(Driver.MULTIPROCESSORS, device),
        attribute(Driver.SHARED_MEMORY_PER_BLOCK, device));
  }

  private static int attribute(int attribute, int device) {
    int[] value = new int[1];
    check(Driver.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
    return value[0];
  }

  private static int device(int ordinal) {
    int[] device = new int[1];
    check(Driver.cuDeviceGet(device, ordinal), "cuDeviceGet");
    return device[0];
  }

  /** The driver's handle. */
  int device() {
    return device(ordinal);
  }

  boolean hasBfloat16() {
    return capability >= BFLOAT16_CAPABILITY;
  }

  /** For people: "NVIDIA H100 80GB HBM3, compute capability 9.0, 79 GiB". */
  String description() {
    return "%s, compute capability %d.%d, %d GiB"
        .formatted(name, capability / 10, capability % 10, Math.round(bytes / (double) (1L << 30)));
  }
}
