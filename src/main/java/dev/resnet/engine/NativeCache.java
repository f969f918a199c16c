package dev.resnet.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;

/**
 * The folder that JavaCPP unpacks native libraries into and loads them from.
 *
 * @param folder where it is
 * @param mounts the lines of Linux's {@code /proc/self/mounts}; empty on other systems
 * @param freeBytes free disk space on its volume
 */
record NativeCache(Path folder, List<String> mounts, long freeBytes) {
  /** All libraries, unpacked, on Linux: 490 MB. */
  static final long UNPACKED_BYTES = 512L << 20;

  /** The library of either nd4j back-end. It is unpacked last, after those that it needs. */
  private static final Set<String> UNPACKED =
      Set.of(System.mapLibraryName("jnind4jcpu"), System.mapLibraryName("jnind4jcuda"));

  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  /** As JavaCPP finds it: its setting, the user's home, or the folder for temporary files. */
  static NativeCache ofThisProcess() throws IOException {
    Path folder = Loader.getCacheDir().toPath();
    List<String> mounts =
        Files.isReadable(MOUNTS)
            ? Files.readAllLines(MOUNTS, StandardCharsets.ISO_8859_1)
            : List.of();
    return new NativeCache(folder, mounts, Files.getFileStore(folder).getUsableSpace());
  }

  /** Why nothing can be loaded from it; empty where something can. */
  Optional<String> problem() {
    if (noexec()) {
      return Optional.of("its volume is mounted noexec");
    }
    if (freeBytes < UNPACKED_BYTES && !unpacked()) {
      return Optional.of(
          "its volume has %d MB free, and they take %d MB"
              .formatted(freeBytes >> 20, UNPACKED_BYTES >> 20));
    }
    return Optional.empty();
  }

  /** The innermost mount counts, the later one where two have the same place. */
  private boolean noexec() {
    Path innermost = null;
    boolean noexec = false;
    for (String line : mounts) {
      String[] fields = line.split(" ");
      if (fields.length < 4) {
        continue;
      }
      Path place = Path.of(fields[1].replace("\\040", " "));
      if (folder.startsWith(place)
          && (innermost == null || place.getNameCount() >= innermost.getNameCount())) {
        innermost = place;
        noexec = List.of(fields[3].split(",")).contains("noexec");
      }
    }
    return noexec;
  }

  private boolean unpacked() {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.anyMatch(file -> UNPACKED.contains(file.getFileName().toString()));
    } catch (IOException | UncheckedIOException e) {
      return false; // the attempt to unpack will report the cause
    }
  }
}
