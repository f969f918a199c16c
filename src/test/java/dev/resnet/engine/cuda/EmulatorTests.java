package dev.resnet.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Engines;
import dev.resnet.engine.GpuException;
import dev.resnet.engine.Owned;
import dev.resnet.engine.Precision;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens on other machines, and when a GPU fails: the emulator is told to behave so. */
@Tag("gpu-emulator")
@Tag("emulator-only")
class EmulatorTests {
  private static final String KERNEL =
      """
      extern "C" __global__ void nothing() {
      }
      """;

  private final Map<String, String> switches = new HashMap<>();
  private final Owned owned = new Owned();

  @BeforeEach
  void load() {
    assertThat(CudaPlatform.ofThisProcess().problem()).isNull();
  }

  @AfterEach
  void restore() {
    List.copyOf(switches.keySet()).forEach(name -> set(name, null));
    emulator("emulatorRecover").invokeInt(new Object[0]);
    owned.close();
    LostDevice.forget();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          EMULATOR_DEVICES        | 0     | finds no GPU it can use (CUDA_ERROR_NO_DEVICE)
          EMULATOR_CAPABILITY     | 7.0   | compute capability 7.5 is needed
          EMULATOR_DRIVER_VERSION | 11080 | install driver 525 or newer
          EMULATOR_DRIVER_VERSION | 12080 | NVRTC is of CUDA 13
          """)
  void saysWhyAMachineIsNotEnough(String name, String value, String reason) {
    set(name, value);
    assertThat(find("0").problem()).contains(reason);
    assertThat(find("0").installed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "-1", "first"})
  void refusesAGpuThatThereIsNot(String device) {
    assertThat(find(device).problem()).startsWith("the setting resnet.engine.cuda.device is ");
  }

  @Test
  void takesTheGpuOfTheSetting() {
    set("EMULATOR_DEVICES", "2");
    assertThat(find("1").usable().ordinal()).isEqualTo(1);
  }

  @Test
  void autoPrefersTheGpu() {
    assertThat(Engines.automatic().engine()).isEqualTo(EngineName.CUDA);
    assertThat(Engines.automatic().device()).contains("compute capability 9.0");
    assertThat(Engines.automatic().precision()).isEqualTo(Precision.BFLOAT16);
    assertThat(Engines.refusal(EngineName.CUDA, Precision.FLOAT32)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {700, 719, 999})
  void aLostGpuHoldsThisProcessUntilItIsRestarted(int code) {
    DeviceContext.open(CudaPlatform.ofThisProcess().usable()); // closing it is of no use below
    CudaStream stream = new CudaStream();
    byte[] binary = new KernelCompiler(90).compileSource("nothing.cu", KERNEL, List.of());
    Launch launch = Launch.of(new KernelModule("nothing", binary).function("nothing"), 1, 1);
    set("EMULATOR_LOSE_DEVICE_CODE", String.valueOf(code));
    set("EMULATOR_LOSE_DEVICE_AFTER", "0");
    assertThatThrownBy(
            () -> {
              stream.launch(launch);
              stream.synchronize();
            })
        .isInstanceOfSatisfying(
            CudaException.class,
            e -> {
              assertThat(e.isDeviceLost()).isTrue();
              assertThat(e.kind()).isEqualTo(GpuException.Kind.LOST);
            })
        .hasMessageContainingAll("(" + code + ")", "must be restarted");
    // Later errors are its consequences.
    assertThatThrownBy(() -> new DeviceMemory(16)).isInstanceOf(CudaException.class);

    assertThat(Engines.lost().orElseThrow()).contains("(" + code + ")");
    assertThat(Engines.unusable()).isEqualTo(Engines.lost());
    assertThat(Engines.refusal(EngineName.AUTO, Precision.AUTO)).isEqualTo(Engines.lost());
    assertThat(new CudaEngineProvider().unavailable(Precision.AUTO)).isEqualTo(Engines.lost());
  }

  @Test
  void aFullGpuIsNoLostOne() {
    owned.add(DeviceContext.open(CudaPlatform.ofThisProcess().usable()));
    set("EMULATOR_MEMORY", String.valueOf(64 << 20));
    owned.add(new DeviceMemory(48 << 20));
    // Less than 16 MiB after a test that lost the device: a process never gets that memory back.
    long free = DeviceContext.freeBytes() >> 20;
    assertThat(free).isBetween(1L, 16L);
    assertThatThrownBy(() -> new DeviceMemory(32 << 20))
        .hasMessageStartingWith(
            "The GPU's memory is full: 32 MiB more are needed, and %d MiB".formatted(free));
    assertThat(Engines.lost()).isEmpty();
  }

  private static CudaPlatform find(String device) {
    return CudaPlatform.find(CudaLibraries.ofThisProcess(), device);
  }

  private void set(String name, String value) {
    switches.put(name, value);
    emulator("emulatorSet").invokeInt(new Object[] {name, value});
  }

  private static Function emulator(String name) {
    return NativeLibrary.getInstance(
            CudaLibraries.ofThisProcess().driver().orElseThrow().toString())
        .getFunction(name);
  }
}
