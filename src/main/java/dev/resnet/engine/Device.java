package dev.resnet.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.nd4j.linalg.factory.Nd4j;

/** The CPU or GPU that computes. */
public final class Device {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  /** The instruction sets that matter for speed and precision, as Linux spells them. */
  private static final Set<String> RELEVANT =
      Set.of("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "bf16");

  private Device() {}

  /** Whether nd4j's arrays lie on a GPU. */
  public static boolean isGpu() {
    return Nd4j.getBackend().getClass().getSimpleName().startsWith("JCublas");
  }

  /** The GPU, or the CPU's model with its cores. */
  public static String describe() {
    if (isGpu()) {
      var information = Nd4j.getExecutioner().getEnvironmentInformation();
      return "GPU " + information.getProperty("cuda.devicesInformation", "of the CUDA back-end");
    }
    return "%s, %d cores".formatted(cpuModel(), Runtime.getRuntime().availableProcessors());
  }

  public static String cpuModel() {
    try (Stream<String> lines = cpuinfo()) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElseGet(() -> System.getProperty("os.arch"));
    }
  }

  /** The relevant instruction sets that the CPU has; empty where the system doesn't tell. */
  public static Set<String> cpuFeatures() {
    Set<String> features = new TreeSet<>();
    try (Stream<String> lines = cpuinfo()) {
      lines
          .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
          .findFirst()
          .ifPresent(
              line -> {
                for (String flag : line.substring(line.indexOf(':') + 1).split(" ")) {
                  if (RELEVANT.contains(flag)) {
                    features.add(flag);
                  }
                }
              });
    }
    return features;
  }

  private static Stream<String> cpuinfo() {
    try {
      return Files.isReadable(CPUINFO) ? Files.readAllLines(CPUINFO).stream() : Stream.empty();
    } catch (IOException e) {
      return Stream.empty(); // it is only for a description
    }
  }
}
