package dev.resnet.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class KeysFileTests {
  private static final String PLAIN_KEY = "a-key-that-must-not-be-seen";

  @TempDir private Path folder;

  @Test
  void aRotatedKeyIsValidAtOnceAndTheOldOneInvalid() throws IOException {
    Path file = write("keys.yaml", TestKeys.entry("ci", "old", Scope.TRAIN));
    AccessKeys keys = keys(file);
    assertThat(keys.find("old")).get().extracting(AccessKey::scope).isEqualTo(Scope.TRAIN);
    assertThat(keys.find("new")).isEmpty();

    write("keys.yaml", TestKeys.entry("ci", "new", Scope.READ));
    assertThat(keys.find("old")).isEmpty();
    assertThat(keys.find("new")).get().extracting(AccessKey::scope).isEqualTo(Scope.READ);
  }

  /**
   * Kubernetes: {@code keys.yaml -> ..data/keys.yaml}, {@code ..data -> ..1}, then {@code -> ..2}.
   */
  @Test
  void aSecretWithASwitchedLinkIsSeenEvenWithTheSameTimeAndSize() throws IOException {
    FileTime time = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
    for (String version : List.of("1", "2")) {
      Files.createDirectory(folder.resolve(".." + version));
      Path file =
          write(
              "../" + folder.getFileName() + "/.." + version + "/keys.yaml",
              TestKeys.entry("ci", "key-" + version, Scope.READ));
      Files.setLastModifiedTime(file, time);
    }
    Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
    Path mounted =
        Files.createSymbolicLink(folder.resolve("keys.yaml"), Path.of("..data/keys.yaml"));
    AccessKeys keys = keys(mounted);
    assertThat(keys.find("key-1")).isPresent();

    Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2"));
    Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    assertThat(keys.find("key-1")).isEmpty();
    assertThat(keys.find("key-2")).isPresent();
  }

  @Test
  void aBrokenOrMissingFileKeepsTheKeysAndIsLoggedOnce(CapturedOutput output) throws IOException {
    Path file = write("keys.yaml", TestKeys.entry("ci", "old", Scope.TRAIN));
    AccessKeys keys = keys(file);

    Files.writeString(file, "keys: [{name: ci, sha256: " + PLAIN_KEY + ", scope: read}]");
    assertThat(keys.find("old")).isPresent();
    assertThat(keys.find("old")).isPresent();
    assertThat(lines(output, "the previous keys stay in effect"))
        .singleElement()
        .asString()
        .contains("'sha256' of the key 'ci'");
    Files.delete(file);
    assertThat(keys.find("old")).isPresent();
    assertThat(keys.find("old")).isPresent();
    assertThat(lines(output, "does not exist")).hasSize(1);
    assertThat(output).doesNotContain(PLAIN_KEY);

    write("keys.yaml", TestKeys.entry("ci", "new", Scope.TRAIN));
    assertThat(keys.find("old")).isEmpty();
    assertThat(keys.find("new")).isPresent();
  }

  @Test
  void anEmptyListRefusesAllClients() throws IOException {
    AccessKeys keys = keys(write("keys.yaml", TestKeys.entry("ci", "old", Scope.TRAIN)));
    Files.writeString(folder.resolve("keys.yaml"), "keys: []\n");
    assertThat(keys.find("old")).isEmpty();
    assertThat(keys.areUsed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "keys:",
        "key: []",
        "keys: [" + PLAIN_KEY + "]",
        "keys: [{name: ci, sha256: " + PLAIN_KEY + ", scope: read}]",
        "keys: [{name: ci, sha256: 00, scope: read}]",
        "keys: [{name: ci, scope: read}]",
        "keys: [{name: ci, sha256: $, scope: root}]",
        "keys: [{name: ci, sha256: $, scope: READ}]",
        "keys: [{name: ci, sha256: $}]",
        "keys: [{sha256: $, scope: read}]",
        "keys: [{name: ci, sha256: $, scope: read, key: " + PLAIN_KEY + "}]",
        "keys: [{name: a, sha256: $, scope: read}, {name: a, sha256: $, scope: read}]",
        "keys: [{name: ci\n  " + PLAIN_KEY + ": [",
        "keys: !!javax.script.ScriptEngineManager [" + PLAIN_KEY + "]",
      })
  void invalidKeysAreRefusedWithoutRepeatingTheirValues(String yaml) throws IOException {
    Path file =
        Files.writeString(folder.resolve("keys.yaml"), yaml.replace("$", TestKeys.sha256("k")));
    assertThatThrownBy(() -> keys(file))
        .isInstanceOf(UnusableKeysException.class)
        .hasMessageContaining(file.toString())
        .hasMessageNotContaining(PLAIN_KEY);
  }

  @Test
  void aMissingFileStopsTheStart() {
    assertThatThrownBy(() -> keys(folder.resolve("keys.yaml")))
        .isInstanceOf(UnusableKeysException.class)
        .hasMessageContaining("does not exist");
  }

  private static List<String> lines(CapturedOutput output, String text) {
    return output.getOut().lines().filter(line -> line.contains(text)).toList();
  }

  private static AccessKeys keys(Path file) {
    return new AccessKeys(new SecuritySettings(List.of(), file.toString(), List.of(), false));
  }

  private Path write(String name, String entries) throws IOException {
    return Files.writeString(folder.resolve(name).normalize(), "keys:\n" + entries);
  }
}
