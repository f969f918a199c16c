package dev.resnet.engine.cuda;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where NVIDIA's libraries lie on this machine. Only looks at names of files; loads nothing.
 *
 * @param setting folders or files, separated as in PATH; they come first
 * @param environment of the process
 * @param root of the file system
 */
record CudaLibraries(String setting, Map<String, String> environment, Path root) {
  /** Names the setting in messages. */
  static final String SETTING = "resnet.engine.cuda.libraries";

  private static final String VARIABLE = "RESNET_ENGINE_CUDA_LIBRARIES";

  private static final String DRIVER = "libcuda.so.1";
  private static final Pattern COMPILER = Pattern.compile("libnvrtc\\.so\\.(\\d+)(?:\\.(\\d+))?.*");
  private static final Pattern COMPANION = Pattern.compile("libnvrtc-builtins\\.so\\.\\d.*");

  /** The folders that the dynamic linker searches by default, of both processor types. */
  private static final List<String> SYSTEM =
      List.of(
          "usr/lib/x86_64-linux-gnu",
          "usr/lib/aarch64-linux-gnu",
          "usr/lib64",
          "usr/lib",
          "lib64",
          "lib");

  /** Where the driver lies in containers, under WSL, on NixOS and on Jetson modules. */
  private static final List<String> OF_DRIVERS =
      List.of(
          "usr/local/nvidia/lib64",
          "usr/local/nvidia/lib",
          "usr/lib/wsl/lib",
          "run/opengl-driver/lib",
          "usr/lib/aarch64-linux-gnu/nvidia");

  /** Inside a CUDA toolkit. */
  private static final List<String> OF_TOOLKIT =
      List.of("lib64", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib", "lib");

  /**
   * An NVRTC.
   *
   * @param major of its CUDA version
   */
  record Compiler(Path file, int major, int minor) {}

  static CudaLibraries ofThisProcess() {
    String setting = System.getProperty(SETTING);
    return new CudaLibraries(
        setting != null ? setting : System.getenv().getOrDefault(VARIABLE, ""),
        System.getenv(),
        Path.of("/"));
  }

  /** The driver's library; empty where no driver is installed. */
  Optional<Path> driver() {
    return driverFolders().stream()
        .flatMap(
            place -> place.endsWith(DRIVER) ? Stream.of(place) : Stream.of(place.resolve(DRIVER)))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** Every NVRTC: that of the setting first, then the newest first. */
  List<Compiler> compilers() {
    List<Compiler> found = new ArrayList<>(compilersIn(configured()));
    Set<Path> others = new LinkedHashSet<>(compilerFolders());
    others.removeAll(configured());
    List<Compiler> rest = compilersIn(others);
    rest.sort(Comparator.comparing(Compiler::major).thenComparing(Compiler::minor).reversed());
    found.addAll(rest);
    return found;
  }

  /** What an NVRTC opens by name while it compiles; its own folder has it. */
  static List<Path> companions(Compiler compiler) {
    Path folder = real(compiler.file).getParent();
    return list(folder).stream()
        .filter(file -> COMPANION.matcher(file.getFileName().toString()).matches())
        .map(CudaLibraries::real)
        .distinct()
        .toList();
  }

  /** For messages: all places where the driver was looked for. */
  String searchedForDriver() {
    return DRIVER + " in " + names(driverFolders());
  }

  /** For messages: all places where NVRTC was looked for. */
  String searchedForCompiler() {
    return "libnvrtc.so.* in " + names(compilerFolders());
  }

  private static String names(Set<Path> places) {
    return String.join(", ", places.stream().map(Path::toString).toList());
  }

  private Set<Path> driverFolders() {
    Set<Path> folders = new LinkedHashSet<>(configured());
    folders.addAll(linkerFolders());
    OF_DRIVERS.forEach(folder -> folders.add(root.resolve(folder)));
    return folders;
  }

  private Set<Path> compilerFolders() {
    Set<Path> folders = new LinkedHashSet<>(configured());
    folders.addAll(linkerFolders());
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      path(environment.get(variable)).ifPresent(home -> addToolkit(folders, home));
    }
    addToolkit(folders, root.resolve("usr/local/cuda"));
    list(root.resolve("usr/local")).stream()
        .filter(folder -> folder.getFileName().toString().startsWith("cuda-"))
        .forEach(folder -> addToolkit(folders, folder));
    path(environment.get("CONDA_PREFIX")).ifPresent(prefix -> folders.add(prefix.resolve("lib")));
    pythonFolders().forEach(folders::add);
    return folders;
  }

  private static void addToolkit(Set<Path> folders, Path home) {
    OF_TOOLKIT.forEach(folder -> folders.add(home.resolve(folder)));
  }

  /** What the setting names. */
  private Set<Path> configured() {
    return paths(setting);
  }

  /** Where the dynamic linker looks. */
  private Set<Path> linkerFolders() {
    Set<Path> folders = new LinkedHashSet<>(paths(environment.get("LD_LIBRARY_PATH")));
    for (Path file : list(root.resolve("etc/ld.so.conf.d"))) {
      for (String line : lines(file)) {
        if (line.startsWith("/")) {
          folders.add(root.resolve(line.strip().substring(1)));
        }
      }
    }
    SYSTEM.forEach(folder -> folders.add(root.resolve(folder)));
    return folders;
  }

  /** The folders nvidia/*\/lib that pip makes among a Python's packages. */
  private List<Path> pythonFolders() {
    List<Path> prefixes = new ArrayList<>();
    path(environment.get("VIRTUAL_ENV")).ifPresent(prefixes::add);
    path(environment.get("CONDA_PREFIX")).ifPresent(prefixes::add);
    path(environment.get("HOME")).ifPresent(home -> prefixes.add(home.resolve(".local")));
    prefixes.add(root.resolve("usr/local"));
    prefixes.add(root.resolve("usr"));
    return prefixes.stream()
        .flatMap(prefix -> list(prefix.resolve("lib")).stream())
        .filter(folder -> folder.getFileName().toString().startsWith("python3"))
        .flatMap(python -> Stream.of("site-packages", "dist-packages").map(python::resolve))
        .flatMap(packages -> list(packages.resolve("nvidia")).stream())
        .map(part -> part.resolve("lib"))
        .filter(Files::isDirectory)
        .toList();
  }

  private static List<Compiler> compilersIn(Set<Path> places) {
    List<Compiler> found = new ArrayList<>();
    Set<Path> files = new LinkedHashSet<>();
    for (Path place : places) {
      for (Path file : Files.isDirectory(place) ? list(place) : List.of(place)) {
        Compiler compiler = compiler(file);
        if (compiler != null && files.add(real(file))) {
          found.add(compiler);
        }
      }
    }
    return found;
  }

  /** Its full version is in the name of the file that a link leads to, at least in toolkits. */
  private static @Nullable Compiler compiler(Path file) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    Matcher link = COMPILER.matcher(file.getFileName().toString());
    Matcher target = COMPILER.matcher(real(file).getFileName().toString());
    if (!link.matches()) {
      return null;
    }
    Matcher name = target.matches() && target.group(1).equals(link.group(1)) ? target : link;
    int minor = name.group(2) == null ? 0 : Integer.parseInt(name.group(2));
    return new Compiler(file, Integer.parseInt(name.group(1)), minor);
  }

  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      return file;
    }
  }

  private static Set<Path> paths(@Nullable String list) {
    Set<Path> paths = new LinkedHashSet<>();
    if (list != null) {
      Arrays.stream(list.split(File.pathSeparator))
          .forEach(one -> path(one.strip()).ifPresent(paths::add));
    }
    return paths;
  }

  private static Optional<Path> path(@Nullable String name) {
    try {
      return name == null || name.isEmpty() ? Optional.empty() : Optional.of(Path.of(name));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Sorted; empty where it can't be read. */
  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return List.of();
    }
  }
}
