package dev.resnet.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which devices a build for GPUs uses. The tests need no GPU. */
class GpuVerdictTests {

  @ParameterizedTest
  @CsvSource({"3, 7", "5, 0", "6, 1", "7, 5", "8, 0", "8, 6", "8, 9"})
  void usesEachDeviceThatNd4jSupports(int major, int minor) {
    GpuVerdict verdict = GpuVerdict.on(List.of(device("A card", major, minor)));

    assertThat(verdict.refusal()).isEmpty();
    assertThat(verdict.inUse())
        .contains("A card, compute capability %d.%d, 24 GB".formatted(major, minor));
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "3, 0", "3, 5", "3, 6", "9, 0", "10, 0", "12, 0"})
  void usesTheCpuIfNd4jDoesNotSupportTheDevice(int major, int minor) {
    GpuVerdict verdict = GpuVerdict.on(List.of(device("A card", major, minor)));

    assertThat(verdict.inUse()).isEmpty();
    assertThat(verdict.refusal())
        .hasValueSatisfying(
            refusal ->
                assertThat(refusal)
                    .contains("A card has %d.%d".formatted(major, minor))
                    .contains("3.7 to 8.9", "so the CPU is used")
                    .doesNotContain("CUDA_VISIBLE_DEVICES"));
  }

  @Test
  void tellsHowToUseOneOfTwoDevices() {
    GpuVerdict verdict = GpuVerdict.on(List.of(device("Old", 8, 6), device("New", 9, 0)));

    assertThat(verdict.inUse()).isEmpty();
    assertThat(verdict.refusal())
        .hasValueSatisfying(
            refusal ->
                assertThat(refusal)
                    .contains("New has 9.0", "hide this one", "CUDA_VISIBLE_DEVICES"));
  }

  @Test
  void usesAllOfSeveralDevices() {
    GpuVerdict verdict = GpuVerdict.on(List.of(device("One", 8, 6), device("Two", 7, 5)));

    assertThat(verdict.inUse())
        .contains("One, compute capability 8.6, 24 GB; Two, compute capability 7.5, 24 GB");
  }

  @Test
  void usesTheCpuIfThereIsNoDevice() {
    GpuVerdict verdict = GpuVerdict.on(List.of());

    assertThat(verdict.inUse()).isEmpty();
    assertThat(verdict.refusal())
        .hasValueSatisfying(refusal -> assertThat(refusal).contains("no device", "--gpus all"));
  }

  @Test
  void usesTheCpuIfThereIsNoDriver() {
    GpuVerdict verdict = GpuVerdict.withoutDriver("libcuda.so.1: cannot open shared object file");

    assertThat(verdict.inUse()).isEmpty();
    assertThat(verdict.refusal())
        .hasValueSatisfying(
            refusal -> assertThat(refusal).contains("libcuda.so.1", "so the CPU is used"));
  }

  private static GpuDevice device(String name, int major, int minor) {
    return new GpuDevice(name, major, minor, 24L << 30);
  }
}
