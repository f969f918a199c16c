package dev.resnet.ops;

import java.util.List;
import java.util.Optional;

/**
 * Whether a build with nd4j's CUDA back-end can use it here.
 *
 * @param devices what the driver shows; empty where there is nothing
 * @param refusal why the processor computes instead, as a sentence for the operator; empty where
 *     the devices are used
 */
record GpuVerdict(List<GpuDevice> devices, Optional<String> refusal) {

  /** The verdict on what a driver shows. */
  static GpuVerdict on(List<GpuDevice> devices) {
    if (devices.isEmpty()) {
      return unusable(
          "The NVIDIA driver shows no device. The processor is used. In a container, ask for the"
              + " GPU (--gpus all); CUDA_VISIBLE_DEVICES hides devices too.");
    }
    return new GpuVerdict(
        devices,
        // nd4j prepares every device that it sees, so that one without code is one too many
        devices.stream()
            .filter(device -> !device.isSupported())
            .findFirst()
            .map(
                device ->
                    ("nd4j-cuda-11.6 has code for compute capability 3.7 to 8.9, and the GPU %s has"
                            + " %s. The processor is used. The build without the profile cuda is"
                            + " smaller and does the same here%s.")
                        .formatted(
                            device.name(),
                            device.capability(),
                            devices.stream().anyMatch(GpuDevice::isSupported)
                                ? "; to use the other GPU, hide this one with CUDA_VISIBLE_DEVICES"
                                : "")));
  }

  /** The verdict where the driver can't be asked. */
  static GpuVerdict withoutDriver(String problem) {
    return unusable(
        ("No NVIDIA driver for CUDA 11.6 answers (%s). The processor is used. In a container, the"
                + " host needs the driver and NVIDIA's container toolkit.")
            .formatted(problem));
  }

  private static GpuVerdict unusable(String refusal) {
    return new GpuVerdict(List.of(), Optional.of(refusal));
  }

  /** What nd4j computes on, for people; empty where the processor does. */
  Optional<String> inUse() {
    return refusal.isPresent()
        ? Optional.empty()
        : devices.stream().map(GpuDevice::description).reduce((one, two) -> one + "; " + two);
  }
}
