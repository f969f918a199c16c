package dev.resnet.engine.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Compiles this package's kernels for one GPU; each compiled form is kept until the process ends.
 */
final class KernelCompiler {
  private static final String PRELUDE = "prelude.cu";

  private static final Map<Request, byte[]> COMPILED = new ConcurrentHashMap<>();

  /** All that the result depends on. */
  private record Request(String source, List<String> options) {}

  private final String architecture;
  private final boolean ptx;

  /**
   * @param capability of the GPU, 90 for 9.0
   */
  KernelCompiler(int capability) {
    this(capability, Nvrtc.capabilities());
  }

  /**
   * @param known capabilities that NVRTC compiles for, ascending
   */
  KernelCompiler(int capability, int[] known) {
    // Where NVRTC is older than the GPU, the driver compiles NVRTC's PTX for it.
    this.ptx = Arrays.binarySearch(known, capability) < 0;
    int target =
        Arrays.stream(known)
            .filter(one -> one <= capability)
            .max()
            .orElseThrow(
                () ->
                    new KernelCompilationException(
                        "This NVRTC compiles for the compute capabilities %s, not for %d"
                            .formatted(Arrays.toString(known), capability)));
    this.architecture = (ptx ? "compute_" : "sm_") + target;
  }

  /** "sm_90", or "compute_90" where the driver compiles further. */
  String architecture() {
    return architecture;
  }

  /**
   * Compiles files of this package's resources as one source, {@code prelude.cu} before them.
   *
   * @param options such as "-DPRECISION=16"
   */
  byte[] compile(List<String> options, String... files) {
    return compileWith("", options, files);
  }

  /**
   * The same with more source at the end.
   *
   * @param instances of templates in the files
   */
  byte[] compileWith(String instances, List<String> options, String... files) {
    var source = new StringBuilder(resource(PRELUDE));
    for (String file : files) {
      // Error messages name the file and its line.
      source.append("\n#line 1 \"").append(file).append("\"\n").append(resource(file));
    }
    source.append("\n#line 1 \"instances\"\n").append(instances);
    return compileSource(String.join("+", files), source.toString(), options);
  }

  /** Compiles a source as it is. */
  byte[] compileSource(String name, String source, List<String> options) {
    List<String> all = new ArrayList<>();
    all.add("--gpu-architecture=" + architecture);
    all.add("--std=c++17");
    all.addAll(options);
    return COMPILED.computeIfAbsent(
        new Request(source, List.copyOf(all)), key -> Nvrtc.compile(name, source, all, ptx));
  }

  private static String resource(String file) {
    try (InputStream in = KernelCompiler.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException("there is no resource " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
