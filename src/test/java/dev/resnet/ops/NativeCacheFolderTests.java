package dev.resnet.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class NativeCacheFolderTests {
  private final String userHome = System.getProperty("user.home");
  private final @Nullable String cache = System.getProperty(NativeCacheFolder.CACHE);

  @TempDir private Path home;

  @AfterEach
  void restore() {
    System.setProperty("user.home", userHome);
    set(cache);
  }

  @Test
  void isInResnetHomeIfTheUserHasNoHome(CapturedOutput output) {
    set(null);
    System.setProperty("user.home", "?");
    NativeCacheFolder.chooseWithin(home);
    assertThat(System.getProperty(NativeCacheFolder.CACHE))
        .isEqualTo(home.resolve("native-cache").toString());
    assertThat(output).contains("user.home is ?", home.resolve("native-cache").toString());
  }

  @Test
  void isUnchangedWithAUserHomeOrAConfiguredFolder() {
    set(null);
    NativeCacheFolder.chooseWithin(home);
    assertThat(System.getProperty(NativeCacheFolder.CACHE)).isNull();

    set("/chosen");
    System.setProperty("user.home", "?");
    NativeCacheFolder.chooseWithin(home);
    assertThat(System.getProperty(NativeCacheFolder.CACHE)).isEqualTo("/chosen");
  }

  private static void set(@Nullable String folder) {
    if (folder == null) {
      System.clearProperty(NativeCacheFolder.CACHE);
    } else {
      System.setProperty(NativeCacheFolder.CACHE, folder);
    }
  }
}
