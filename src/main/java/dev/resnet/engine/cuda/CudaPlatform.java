package dev.resnet.engine.cuda;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What this process has of CUDA: the GPU to use and NVRTC, or why there is none. Where no driver is
 * installed, nothing is loaded.
 *
 * @param gpu null where {@code problem} isn't
 * @param problem a sentence for the user
 * @param installed whether a driver is installed, and not turned off by the setting
 */
record CudaPlatform(@Nullable Gpu gpu, @Nullable String problem, boolean installed) {
  /** Turing: the oldest that NVRTC 13 compiles for. */
  private static final int OLDEST_CAPABILITY = 75;

  private static final String DEVICE_SETTING = "resnet.engine.cuda.device";
  private static final String DEVICE_VARIABLE = "RESNET_ENGINE_CUDA_DEVICE";
  private static final String NONE = "none";

  private static final String WHAT_TO_INSTALL =
      "install a CUDA toolkit 12 or 13, or the Python package nvidia-cuda-nvrtc-cu12 (CUDA 13:"
          + " nvidia-cuda-nvrtc), or name the folder with the setting "
          + CudaLibraries.SETTING;

  /** Found once, when first asked for. */
  private static final class OfThisProcess {
    static final CudaPlatform FOUND = find(CudaLibraries.ofThisProcess(), deviceSetting());
  }

  static CudaPlatform ofThisProcess() {
    return OfThisProcess.FOUND;
  }

  /** The GPU; only asked where there is no problem. */
  Gpu usable() {
    if (gpu == null) {
      throw new IllegalStateException(problem);
    }
    return gpu;
  }

  /**
   * @param device the number of a GPU, or "none"
   */
  static CudaPlatform find(CudaLibraries libraries, String device) {
    if (device.equals(NONE)) {
      return new CudaPlatform(
          null, "GPUs are turned off by the setting %s".formatted(DEVICE_SETTING), false);
    }
    if (libraries.driver().isEmpty()) {
      return new CudaPlatform(
          null,
          "no NVIDIA driver is installed (there is no %s)".formatted(libraries.searchedForDriver()),
          false);
    }
    try {
      return load(libraries, ordinal(device));
    } catch (LinkageError e) {
      return problem(unloadable(e));
    } catch (CudaException e) {
      LostDevice.forget(); // nothing was on it yet, so other engines may go on
      return problem(e.getMessage());
    } catch (KernelCompilationException | IllegalArgumentException e) {
      return problem(e.getMessage());
    }
  }

  private static String unloadable(LinkageError e) {
    return ("NVIDIA's libraries can't be loaded (%s). JNA, which loads them, unpacks its own native"
            + " part into ~/.cache/JNA or the folder for temporary files, or where the Java option"
            + " -Djna.tmpdir says: it must be possible to write there and to run programs")
        .formatted(e.getMessage());
  }

  private static CudaPlatform load(CudaLibraries libraries, int ordinal) {
    Driver.load(libraries.driver().orElseThrow());
    int initialised = Driver.cuInit(0);
    if (initialised != CudaException.SUCCESS) {
      return problem(
          "the NVIDIA driver finds no GPU it can use (%s)".formatted(Driver.name(initialised)));
    }
    int[] version = new int[1];
    Driver.check(Driver.cuDriverGetVersion(version), "cuDriverGetVersion");
    Optional<String> tooOld = tooOld(version[0]);
    if (tooOld.isPresent()) {
      return problem(tooOld.get());
    }
    List<Gpu> gpus = Gpu.all();
    if (ordinal >= gpus.size()) {
      return problem(
          "the setting %s is %d, but the driver shows %d GPUs (counted from 0)"
              .formatted(DEVICE_SETTING, ordinal, gpus.size()));
    }
    Gpu gpu = gpus.get(ordinal);
    if (gpu.capability() < OLDEST_CAPABILITY) {
      return problem(
          gpu.description() + " is too old: compute capability 7.5 is needed (Turing, 2018)");
    }
    Optional<String> noCompiler = loadCompiler(libraries, version[0]);
    return noCompiler.map(CudaPlatform::problem).orElseGet(() -> new CudaPlatform(gpu, null, true));
  }

  /**
   * @param version as the driver reports the newest CUDA that it supports: 12080 for 12.8
   */
  static Optional<String> tooOld(int version) {
    return version >= Driver.OLDEST
        ? Optional.empty()
        : Optional.of(
            "the NVIDIA driver supports CUDA %d.%d at most, and 12.0 is needed; install driver 525 or newer"
                .formatted(version / 1000, version % 1000 / 10));
  }

  private static Optional<String> loadCompiler(CudaLibraries libraries, int driverVersion) {
    List<CudaLibraries.Compiler> found = libraries.compilers();
    if (found.isEmpty()) {
      return Optional.of(
          "NVRTC, NVIDIA's compiler library, is not installed (there is no %s); %s"
              .formatted(libraries.searchedForCompiler(), WHAT_TO_INSTALL));
    }
    Optional<CudaLibraries.Compiler> fitting = fitting(found, driverVersion);
    if (fitting.isEmpty()) {
      return Optional.of(
          "the NVIDIA driver supports CUDA %d.%d at most, but NVRTC is of CUDA %d (%s); install a newer driver or an NVRTC of CUDA %d"
              .formatted(
                  driverVersion / 1000,
                  driverVersion % 1000 / 10,
                  found.get(0).major(),
                  found.get(0).file(),
                  driverVersion / 1000));
    }
    Nvrtc.load(fitting.get().file(), CudaLibraries.companions(fitting.get()));
    return Optional.empty();
  }

  /** The driver runs binaries of its own major version, whatever the minor one, and older ones. */
  static Optional<CudaLibraries.Compiler> fitting(
      List<CudaLibraries.Compiler> found, int driverVersion) {
    return found.stream().filter(one -> one.major() <= driverVersion / 1000).findFirst();
  }

  private static String deviceSetting() {
    String setting = System.getProperty(DEVICE_SETTING);
    return (setting != null ? setting : System.getenv().getOrDefault(DEVICE_VARIABLE, "0")).strip();
  }

  private static int ordinal(String value) {
    try {
      return Integer.parseUnsignedInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the setting %s is \"%s\": set the number of a GPU, from 0, or none"
              .formatted(DEVICE_SETTING, value),
          e);
    }
  }

  private static CudaPlatform problem(String problem) {
    return new CudaPlatform(null, problem, true);
  }
}
