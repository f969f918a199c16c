package dev.resnet.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.dnnl.global.dnnl.*;

import dev.resnet.engine.Engines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Which CPU instructions the tests run on; {@code .ci/processors} asks for several and shows these.
 */
class ThisProcessorTests {
  private static final Path REPORT = Path.of("target", "processor.txt");

  /** From the richest set down; each holds those of the ones below. */
  private static final Map<Integer, String> INSTRUCTIONS = new LinkedHashMap<>();

  static {
    INSTRUCTIONS.put(dnnl_cpu_isa_avx512_core_amx, "AVX512_CORE_AMX");
    INSTRUCTIONS.put(dnnl_cpu_isa_avx512_core_fp16, "AVX512_CORE_FP16");
    INSTRUCTIONS.put(dnnl_cpu_isa_avx512_core_bf16, "AVX512_CORE_BF16");
    INSTRUCTIONS.put(dnnl_cpu_isa_avx512_core_vnni, "AVX512_CORE_VNNI");
    INSTRUCTIONS.put(dnnl_cpu_isa_avx512_core, "AVX512_CORE");
    INSTRUCTIONS.put(dnnl_cpu_isa_avx2_vnni, "AVX2_VNNI");
    INSTRUCTIONS.put(dnnl_cpu_isa_avx2, "AVX2");
    INSTRUCTIONS.put(dnnl_cpu_isa_avx, "AVX");
    INSTRUCTIONS.put(dnnl_cpu_isa_sse41, "SSE41");
  }

  /** What a limit excludes, whatever the CPU has. */
  private static final List<String> ABOVE_AVX2 = List.of("AVX512");

  private static final List<String> ABOVE_AVX512_CORE = List.of("VNNI", "BF16", "FP16", "AMX");

  @Test
  void usesNoInstructionsAboveTheLimitOfItsEnvironment() throws Exception {
    String instructions = instructions();
    Files.writeString(
        REPORT,
        "%s, auto is %s%n".formatted(instructions, Engines.automatic().precision().wireName()));

    List<String> leftOut =
        switch (System.getenv().getOrDefault("ONEDNN_MAX_CPU_ISA", "DEFAULT")) {
          case "AVX2" -> ABOVE_AVX2;
          case "AVX512_CORE" -> ABOVE_AVX512_CORE;
          default -> List.of();
        };
    assertThat(leftOut).noneMatch(instructions::contains);
  }

  @Test
  void takesThePrecisionOfItsEnvironment() {
    String wanted = System.getenv().getOrDefault(AutoPrecision.VARIABLE, "measure");
    String chosen = Engines.automatic().precision().wireName();
    assertThat(List.of("measure", chosen)).contains(wanted);
  }

  /** The CPU instructions that oneDNN uses here, by its own name for them. */
  private static String instructions() {
    int isa = dnnl_get_effective_cpu_isa();
    return INSTRUCTIONS.entrySet().stream()
        .filter(entry -> (isa & entry.getKey()) == entry.getKey())
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("isa 0x%x".formatted(isa));
  }
}
