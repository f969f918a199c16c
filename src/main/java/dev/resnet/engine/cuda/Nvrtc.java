package dev.resnet.engine.cuda;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** NVRTC, NVIDIA's compiler of CUDA C++ as a library: the calls, and one compilation. */
final class Nvrtc {
  private static final int SUCCESS = 0;

  private Nvrtc() {}

  /**
   * Binds the calls to this library.
   *
   * @param companions libraries that it loads by name; loaded here, so that they are found in any
   *     folder
   * @throws UnsatisfiedLinkError where it can't be loaded or lacks a call
   */
  static void load(Path library, List<Path> companions) {
    companions.forEach(companion -> NativeLibrary.getInstance(companion.toString()));
    Native.register(Nvrtc.class, NativeLibrary.getInstance(library.toString()));
  }

  private static native int nvrtcVersion(int[] major, int[] minor);

  private static native int nvrtcGetNumSupportedArchs(int[] count);

  private static native int nvrtcGetSupportedArchs(int[] architectures);

  private static native String nvrtcGetErrorString(int code);

  private static native int nvrtcCreateProgram(
      long[] program,
      byte[] source,
      String name,
      int headers,
      @Nullable Pointer contents,
      @Nullable Pointer names);

  private static native int nvrtcDestroyProgram(long[] program);

  private static native int nvrtcCompileProgram(long program, int count, Pointer options);

  private static native int nvrtcGetProgramLogSize(long program, long[] size);

  private static native int nvrtcGetProgramLog(long program, byte[] log);

  private static native int nvrtcGetPTXSize(long program, long[] size);

  private static native int nvrtcGetPTX(long program, byte[] ptx);

  private static native int nvrtcGetCUBINSize(long program, long[] size);

  private static native int nvrtcGetCUBIN(long program, byte[] binary);

  /** As the driver counts: 12080 for 12.8. */
  static int version() {
    int[] major = new int[1];
    int[] minor = new int[1];
    check(nvrtcVersion(major, minor), "nvrtcVersion");
    return 1000 * major[0] + 10 * minor[0];
  }

  /** The compute capabilities that it compiles for, ascending: 75, 80, 90. */
  static int[] capabilities() {
    int[] count = new int[1];
    check(nvrtcGetNumSupportedArchs(count), "nvrtcGetNumSupportedArchs");
    int[] capabilities = new int[count[0]];
    check(nvrtcGetSupportedArchs(capabilities), "nvrtcGetSupportedArchs");
    Arrays.sort(capabilities);
    return capabilities;
  }

  /**
   * Compiles one program.
   *
   * @param name for error messages
   * @param ptx whether to return PTX text, which the driver compiles further, not a binary
   * @throws KernelCompilationException with the compiler's log
   */
  static byte[] compile(String name, String source, List<String> options, boolean ptx) {
    long[] program = new long[1];
    check(
        nvrtcCreateProgram(program, terminated(source), name, 0, null, null), "nvrtcCreateProgram");
    try {
      int code =
          nvrtcCompileProgram(
              program[0], options.size(), new StringArray(options.toArray(String[]::new)));
      if (code != SUCCESS) {
        throw new KernelCompilationException(
            "NVRTC can't compile %s with %s (%s):%n%s"
                .formatted(name, options, nvrtcGetErrorString(code), log(program[0])));
      }
      long[] size = new long[1];
      check(
          ptx ? nvrtcGetPTXSize(program[0], size) : nvrtcGetCUBINSize(program[0], size),
          "the size of the compiled " + name);
      byte[] compiled = new byte[Math.toIntExact(size[0])];
      check(
          ptx ? nvrtcGetPTX(program[0], compiled) : nvrtcGetCUBIN(program[0], compiled),
          "the compiled " + name);
      return compiled;
    } finally {
      nvrtcDestroyProgram(program);
    }
  }

  /** As C wants a string; JNA would use the platform's character set. */
  private static byte[] terminated(String text) {
    return (text + "\0").getBytes(StandardCharsets.UTF_8);
  }

  private static String log(long program) {
    long[] size = new long[1];
    if (nvrtcGetProgramLogSize(program, size) != SUCCESS) {
      return "no log";
    }
    byte[] log = new byte[Math.toIntExact(size[0])];
    return nvrtcGetProgramLog(program, log) == SUCCESS
        ? new String(log, StandardCharsets.UTF_8).replace("\0", "").strip()
        : "no log";
  }

  private static void check(int code, String call) {
    if (code != SUCCESS) {
      throw new KernelCompilationException(
          "NVRTC: %s: %s (%d)".formatted(call, nvrtcGetErrorString(code), code));
    }
  }
}
