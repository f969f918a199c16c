package dev.resnet.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where NVIDIA's libraries are looked for, in a file system that the test makes. */
class CudaLibrariesTests {
  @TempDir Path root;

  @Test
  void findsTheDriverWhereTheLinkerLooks() throws IOException {
    assertThat(libraries("").driver()).isEmpty();
    Path debian = file("usr/lib/x86_64-linux-gnu/libcuda.so.1");
    assertThat(libraries("").driver()).contains(debian);
    Path path = file("opt/driver/libcuda.so.1");
    assertThat(libraries("", "LD_LIBRARY_PATH", path.getParent().toString()).driver())
        .contains(path);
  }

  @Test
  void findsTheDriverWhereAFileOfTheLinkerPoints() throws IOException {
    Path driver = file("opt/nvidia/libcuda.so.1");
    Files.writeString(file("etc/ld.so.conf.d/nvidia.conf"), "# NVIDIA\n/opt/nvidia\n");
    assertThat(libraries("").driver()).contains(driver);
  }

  @Test
  void theSettingComesFirst() throws IOException {
    file("usr/lib/x86_64-linux-gnu/libcuda.so.1");
    file("usr/lib/x86_64-linux-gnu/libnvrtc.so.13");
    Path driver = file("mine/libcuda.so.1");
    Path compiler = file("mine/libnvrtc.so.12");
    assertThat(libraries(driver.getParent().toString()).driver()).contains(driver);
    assertThat(files(libraries(driver.getParent().toString()))).startsWith(compiler);
    assertThat(files(libraries(driver + File.pathSeparator + compiler))).startsWith(compiler);
    assertThat(libraries(driver + File.pathSeparator + compiler).driver()).contains(driver);
  }

  @Test
  void theNewestCompilerWins() throws IOException {
    Path old = file("usr/lib/x86_64-linux-gnu/libnvrtc.so.11.2");
    Path toolkit = file("usr/local/cuda-12.4/targets/x86_64-linux/lib/libnvrtc.so.12.4.127");
    Path link = toolkit.resolveSibling("libnvrtc.so.12");
    Files.createSymbolicLink(link, toolkit.getFileName());
    Path newer = file("usr/local/cuda-12.9/lib64/libnvrtc.so.12.9.86");
    Path python = file("usr/local/lib/python3.12/dist-packages/nvidia/cu13/lib/libnvrtc.so.13");
    file("usr/local/lib/python3.12/dist-packages/nvidia/cu13/lib/libnvrtc.alt.so.13");
    file("usr/local/lib/python3.12/dist-packages/nvidia/cu13/lib/libnvrtc-builtins.so.13.0");

    assertThat(files(libraries(""))).containsExactly(python, newer, link, old);
  }

  @Test
  void looksIntoPythonsFoldersAndTheToolkitThatTheEnvironmentNames() throws IOException {
    Path home = file("home/lib/libnvrtc.so.12");
    Path environment =
        file("venv/lib/python3.11/site-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12");
    Path user = file("u/.local/lib/python3.11/site-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12");
    Path conda = file("conda/lib/libnvrtc.so.12");
    assertThat(files(libraries("", "CUDA_HOME", root.resolve("home").toString())))
        .containsExactly(home);
    assertThat(files(libraries("", "CUDA_PATH", root.resolve("home").toString())))
        .containsExactly(home);
    assertThat(files(libraries("", "VIRTUAL_ENV", root.resolve("venv").toString())))
        .containsExactly(environment);
    assertThat(files(libraries("", "HOME", root.resolve("u").toString()))).containsExactly(user);
    assertThat(files(libraries("", "CONDA_PREFIX", root.resolve("conda").toString())))
        .containsExactly(conda);
  }

  @Test
  void loadsWhatTheCompilerOpensByName() throws IOException {
    Path compiler = file("cuda/libnvrtc.so.12");
    Path builtins = file("cuda/libnvrtc-builtins.so.12.8.61");
    Files.createSymbolicLink(
        builtins.resolveSibling("libnvrtc-builtins.so.12.8"), builtins.getFileName());
    file("cuda/libnvrtc-builtins.alt.so.12.8");
    assertThat(CudaLibraries.companions(new CudaLibraries.Compiler(compiler, 12, 0)))
        .containsExactly(builtins.toRealPath());
  }

  @Test
  void aNameThatCantBeAPathIsNoError() {
    assertThat(libraries("\0", "CUDA_HOME", "\0").driver()).isEmpty();
    assertThat(libraries("\0", "CUDA_HOME", "\0").compilers()).isEmpty();
  }

  @Test
  void namesEveryPlaceWhereItLooked() {
    CudaLibraries libraries = libraries("/mine", "CUDA_HOME", "/toolkit");
    assertThat(libraries.searchedForDriver())
        .startsWith("libcuda.so.1 in /mine, ")
        .contains("usr/lib/x86_64-linux-gnu", "usr/lib/wsl/lib");
    assertThat(libraries.searchedForCompiler())
        .startsWith("libnvrtc.so.* in /mine, ")
        .contains("/toolkit/lib64", "usr/local/cuda/lib64");
  }

  @Test
  void withoutADriverNothingIsLoaded() {
    CudaPlatform platform = CudaPlatform.find(libraries(""), "0");
    assertThat(platform.installed()).isFalse();
    assertThat(platform.gpu()).isNull();
    assertThat(platform.problem()).startsWith("no NVIDIA driver is installed (there is no libcuda");
  }

  @Test
  void theSettingTurnsGpusOff() {
    CudaPlatform platform = CudaPlatform.find(libraries(""), "none");
    assertThat(platform.installed()).isFalse();
    assertThat(platform.problem())
        .isEqualTo("GPUs are turned off by the setting resnet.engine.cuda.device");
  }

  @Test
  void aDriverOlderThanCuda12IsTooOld() {
    assertThat(CudaPlatform.tooOld(11080).orElseThrow()).contains("CUDA 11.8", "525 or newer");
    assertThat(CudaPlatform.tooOld(12000)).isEmpty();
  }

  @Test
  void takesNoCompilerOfACudaThatTheDriverDoesNotKnow() {
    var newer = new CudaLibraries.Compiler(root, 13, 0);
    var fitting = new CudaLibraries.Compiler(root, 12, 9);
    var older = new CudaLibraries.Compiler(root, 11, 2);
    assertThat(CudaPlatform.fitting(List.of(newer, fitting, older), 12040)).contains(fitting);
    assertThat(CudaPlatform.fitting(List.of(newer, fitting, older), 13000)).contains(newer);
    assertThat(CudaPlatform.fitting(List.of(newer), 12080)).isEmpty();
  }

  @Test
  void aFileThatIsNoLibraryIsExplained() throws IOException {
    Path broken = file("mine/libcuda.so.1");
    CudaPlatform platform = CudaPlatform.find(libraries(broken.getParent().toString()), "0");
    assertThat(platform.installed()).isTrue();
    assertThat(platform.problem()).contains("can't be loaded", broken.toString(), "jna.tmpdir");
  }

  @Test
  void theDriverCompilesForAGpuThatTheCompilerDoesNotKnow() {
    assertThat(new KernelCompiler(90, new int[] {75, 80, 90}).architecture()).isEqualTo("sm_90");
    assertThat(new KernelCompiler(120, new int[] {75, 80, 90}).architecture())
        .isEqualTo("compute_90");
  }

  private CudaLibraries libraries(String setting, String... environment) {
    Map<String, String> variables =
        environment.length == 0 ? Map.of() : Map.of(environment[0], environment[1]);
    return new CudaLibraries(setting, variables, root);
  }

  private static List<Path> files(CudaLibraries libraries) {
    return libraries.compilers().stream().map(CudaLibraries.Compiler::file).toList();
  }

  private Path file(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }
}
