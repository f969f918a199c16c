package dev.resnet.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTests {
  private static final List<String> MOUNTS =
      List.of(
          "/dev/root / ext4 rw,relatime 0 0",
          "tmpfs /tmp tmpfs rw,nosuid,noexec 0 0",
          "/dev/sdb /tmp/run ext4 rw,relatime 0 0",
          "tmpfs /with\\040space tmpfs rw,noexec 0 0");

  @TempDir private Path folder;

  @Test
  void aVolumeThatExecutesNothingIsNamed() {
    assertThat(cacheOn("/tmp/cache")).hasValue("its volume is mounted noexec");
    assertThat(cacheOn("/with space/cache")).hasValue("its volume is mounted noexec");
    assertThat(cacheOn("/tmp/run/cache")).isEmpty();
    assertThat(cacheOn("/tmpfolder/cache")).isEmpty();
    assertThat(new NativeCache(Path.of("/any"), List.of(), Long.MAX_VALUE).problem()).isEmpty();
  }

  private static Optional<String> cacheOn(String folder) {
    return new NativeCache(Path.of(folder), MOUNTS, Long.MAX_VALUE).problem();
  }

  @Test
  void roomIsNeededUntilTheyAreUnpacked() throws IOException {
    long enough = NativeCache.UNPACKED_BYTES;
    assertThat(new NativeCache(folder, List.of(), enough).problem()).isEmpty();
    var tooLittle = new NativeCache(folder, List.of(), enough - 1);
    assertThat(tooLittle.problem()).hasValue("its volume has 511 MB free, and they take 512 MB");
    Path unpacked = folder.resolve("a.jar/org").resolve(System.mapLibraryName("jnind4jcpu"));
    Files.createDirectories(unpacked.getParent());
    Files.createFile(unpacked);
    assertThat(tooLittle.problem()).isEmpty();
  }

  @Test
  void anUnloadableLibraryIsExplainedWithCauseFolderAndRemedy() throws IOException {
    var failure = new NoClassDefFoundError("Could not initialize class dnnl");
    failure.initCause(
        new UnsatisfiedLinkError("libdnnl.so: failed to map segment from shared object"));
    assertThat(NativeLibraries.explain("oneDNN's native library", failure))
        .startsWith("oneDNN's native library can't be loaded (libdnnl.so: failed to map segment")
        .contains(Loader.getCacheDir().toString(), "-Dorg.bytedeco.javacpp.cachedir=");
  }

  /** In a process of its own, since natives are loaded once. */
  @Test
  void allEnginesSayWhyAndCanBeUsedOnceTheFolderIsFixed() throws Exception {
    Path home = Files.createFile(folder.resolve("home"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Duser.home=" + home,
                "-Djava.io.tmpdir=" + home,
                Fixed.class.getName(),
                Loader.getCacheDir().toString())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.lines().filter(line -> line.startsWith("refused ")))
        .hasSize(EngineName.values().length)
        .allSatisfy(
            line ->
                assertThat(line).contains(home + "/.javacpp", "-Dorg.bytedeco.javacpp.cachedir="));
    assertThat(output).contains("then Optional.empty Optional.empty");
  }

  static final class Fixed {
    public static void main(String[] arguments) throws IOException {
      for (EngineName engine : EngineName.values()) {
        Engines.refusal(engine, Precision.AUTO)
            .ifPresent(reason -> System.out.println("refused " + reason));
      }
      Path home = Path.of(System.getProperty("user.home"));
      Files.delete(home);
      Files.createDirectories(home.resolve(".javacpp"));
      Files.createSymbolicLink(home.resolve(".javacpp/cache"), Path.of(arguments[0]));
      System.out.println(
          "then "
              + Engines.refusal(EngineName.ONEDNN, Precision.AUTO)
              + " "
              + Engines.refusal(EngineName.DL4J, Precision.AUTO));
    }
  }
}
