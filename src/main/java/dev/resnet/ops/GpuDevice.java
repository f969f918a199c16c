package dev.resnet.ops;

/**
 * A CUDA device, as described by the driver.
 *
 * @param name its model
 * @param major of its compute capability
 * @param minor of its compute capability
 * @param bytes of its memory
 */
record GpuDevice(String name, int major, int minor, long bytes) {

  /**
   * Whether nd4j-cuda-11.6 has code that runs on it. Its natives hold machine code up to capability
   * 8.6, which every 8.x runs, and nothing that a driver could translate for a later generation.
   */
  boolean isSupported() {
    return (major > 3 || major == 3 && minor >= 7) && major < 9;
  }

  String capability() {
    return major + "." + minor;
  }

  /** For people: {@code "NVIDIA A10, compute capability 8.6, 22 GB"}. */
  String description() {
    return "%s, compute capability %s, %.0f GB"
        .formatted(name, capability(), bytes / (double) (1 << 30));
  }
}
