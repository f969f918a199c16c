package dev.resnet.ops;

import dev.resnet.engine.Device;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.Precision;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The hardware and libraries that the engines use, for people.
 *
 * @param backend nd4j's back-end class
 * @param executioner nd4j's class that runs operations
 * @param device the GPU, or the CPU with its cores
 * @param processor the CPU model
 * @param features its instruction sets that matter for speed
 * @param blas the linear algebra library
 * @param threads threads per operation
 * @param offHeapBytes most memory that arrays may take outside the Java heap
 * @param engines each engine: {@code available}, or why it is not
 * @param automatic what {@code auto} selects here, the CPU or GPU that it runs on, and why
 */
record EngineEnvironment(
    String backend,
    String executioner,
    String device,
    String processor,
    Set<String> features,
    String blas,
    int threads,
    long offHeapBytes,
    Map<String, String> engines,
    Map<String, String> automatic) {

  /** Queries the libraries. The first call loads them, which takes seconds. */
  static EngineEnvironment detect() {
    Engines.requireUsable();
    Properties nd4j = Nd4j.getExecutioner().getEnvironmentInformation();
    return new EngineEnvironment(
        Nd4j.getBackend().getClass().getSimpleName(),
        Nd4j.getExecutioner().getClass().getSimpleName(),
        Device.isGpu() ? "GPU " + CpuInsteadOfGpu.gpus() : Device.describe(),
        Device.cpuModel(),
        Device.cpuFeatures(),
        String.valueOf(nd4j.get("blas.vendor")),
        nd4j.get("omp.threads") instanceof Integer threads
            ? threads
            : Runtime.getRuntime().availableProcessors(),
        Pointer.maxBytes(),
        availability(),
        automaticChoice());
  }

  private static Map<String, String> automaticChoice() {
    var auto = Engines.automatic();
    Map<String, String> choice = new LinkedHashMap<>();
    choice.put("engine", auto.engine().wireName());
    choice.put("precision", auto.precision().wireName());
    choice.put("device", auto.device());
    choice.put("reason", auto.reason());
    return choice;
  }

  private static Map<String, String> availability() {
    return Arrays.stream(EngineName.values())
        .filter(name -> name != EngineName.AUTO)
        .collect(
            Collectors.toMap(
                EngineName::wireName,
                name -> Engines.refusal(name, Precision.AUTO).orElse("available"),
                (first, second) -> first,
                LinkedHashMap::new));
  }

  /**
   * For the log: {@code "CpuBackend on AMD EPYC, 2 cores (avx2, fma), auto is onednn float32"}, and
   * where that is another device: {@code "auto is cuda bfloat16 on NVIDIA H100 …"}.
   */
  String summary() {
    String automaticDevice = automatic.getOrDefault("device", device);
    return "%s on %s%s, auto is %s %s%s"
        .formatted(
            backend,
            device,
            features.isEmpty() ? "" : " (" + String.join(", ", features) + ")",
            automatic.get("engine"),
            automatic.get("precision"),
            automaticDevice.equals(device) ? "" : " on " + automaticDevice);
  }
}
