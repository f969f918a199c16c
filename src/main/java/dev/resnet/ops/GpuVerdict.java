package dev.resnet.ops;

import java.util.List;
import java.util.Optional;

/**
 * Whether a build with nd4j's CUDA back-end can use a GPU on this machine.
 *
 * @param devices the devices that the driver lists
 * @param refusal why the CPU is used instead, as a sentence for the operator; empty if the devices
 *     are used
 */
record GpuVerdict(List<GpuDevice> devices, Optional<String> refusal) {

  /** The verdict for the devices that the driver lists. */
  static GpuVerdict on(List<GpuDevice> devices) {
    if (devices.isEmpty()) {
      return unusable(
          "The NVIDIA driver lists no device, so the CPU is used. A container needs"
              + " '--gpus all'; CUDA_VISIBLE_DEVICES can also hide devices.");
    }
    return new GpuVerdict(
        devices,
        // nd4j initialises every visible device, so a single unsupported one makes it fail
        devices.stream()
            .filter(device -> !device.isSupported())
            .findFirst()
            .map(
                device ->
                    ("nd4j-cuda-11.6 supports compute capability 3.7 to 8.9, but the GPU %s has %s,"
                            + " so the CPU is used. The build without the profile cuda is smaller and does"
                            + " the same here%s.")
                        .formatted(
                            device.name(),
                            device.capability(),
                            devices.stream().anyMatch(GpuDevice::isSupported)
                                ? "; to use the other GPU, hide this one with CUDA_VISIBLE_DEVICES"
                                : "")));
  }

  /** The verdict if the driver can't be queried. */
  static GpuVerdict withoutDriver(String problem) {
    return unusable(
        ("No NVIDIA driver for CUDA 11.6 was found (%s), so the CPU is used. For"
                + " containers, the host needs the driver and NVIDIA's container toolkit.")
            .formatted(problem));
  }

  private static GpuVerdict unusable(String refusal) {
    return new GpuVerdict(List.of(), Optional.of(refusal));
  }

  /** The devices that nd4j uses, for people; empty if it uses the CPU. */
  Optional<String> inUse() {
    return refusal.isPresent()
        ? Optional.empty()
        : devices.stream().map(GpuDevice::description).reduce((one, two) -> one + "; " + two);
  }
}
