package dev.resnet.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.engine.Engines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On which instructions the tests run; {@code .ci/processors} asks for several and shows these. */
class ThisProcessorTests {
  private static final Path REPORT = Path.of("target", "processor.txt");

  /** What a limit leaves out, whatever the processor has. */
  private static final List<String> ABOVE_AVX2 = List.of("AVX512");

  private static final List<String> ABOVE_AVX512_CORE = List.of("VNNI", "BF16", "FP16", "AMX");

  @Test
  void usesNoInstructionsAboveTheLimitOfItsEnvironment() throws Exception {
    String instructions = OneDnn.instructions();
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
}
