package dev.resnet.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessKeysTests {
  @TempDir private Path folder;

  @Test
  void eachKeyIsFoundAtAnyPosition() {
    AccessKeys keys =
        keys(key("a", "first", "read"), key("b", "middle", "train"), key("c", "last", "admin"));
    assertThat(keys.find("first")).get().extracting(AccessKey::name).isEqualTo("a");
    assertThat(keys.find("middle")).get().extracting(AccessKey::name).isEqualTo("b");
    assertThat(keys.find("last")).get().extracting(AccessKey::name).isEqualTo("c");
  }

  @Test
  void otherKeysAreNotFound() {
    AccessKeys keys = keys(key("a", "the key", "read"));
    for (String near : List.of("", "the ke", "the key ", "The key", "the keý", digest("the key"))) {
      assertThat(keys.find(near)).as(near).isEmpty();
    }
    assertThat(keys().find("")).isEmpty();
  }

  @Test
  void aDigestDiffersWhereverOneOfItsBitsDoes() {
    AccessKey key = AccessKey.of("a", digest("the key"), "read");
    byte[] right = java.util.HexFormat.of().parseHex(digest("the key"));
    assertThat(key.isDigestOf(right)).isTrue();
    for (int bit = 0; bit < 8 * right.length; bit++) {
      byte[] wrong = right.clone();
      wrong[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(key.isDigestOf(wrong)).as("bit %d", bit).isFalse();
    }
    assertThat(key.isDigestOf(new byte[0])).isFalse();
  }

  @Test
  void keysOfTheSettingsAndOfTheFileAreValidTogether() throws Exception {
    Path file = folder.resolve("keys.yaml");
    Files.writeString(file, "keys:\n" + TestKeys.entry("b", "filed", Scope.READ));
    var settings =
        new SecuritySettings(
            List.of(key("a", "configured", "read")), file.toString(), List.of(), false);
    AccessKeys keys = new AccessKeys(settings);
    assertThat(keys.find("configured")).isPresent();
    assertThat(keys.find("filed")).isPresent();

    Files.writeString(file, "keys:\n" + TestKeys.entry("a", "filed", Scope.READ));
    assertThatThrownBy(() -> new AccessKeys(settings)).hasMessageContaining("same 'name'");
  }

  @Test
  void upperCaseDigestsAreReadToo() {
    AccessKeys keys =
        keys(new SecuritySettings.Key("a", digest("k").toUpperCase(java.util.Locale.ROOT), "read"));
    assertThat(keys.find("k")).isPresent();
  }

  @Test
  void eachScopeIncludesTheLowerOnes() {
    assertThat(Scope.values())
        .containsExactly(Scope.READ, Scope.CLASSIFY, Scope.TRAIN, Scope.ADMIN);
    assertThat(Scope.TRAIN.includes(Scope.READ)).isTrue();
    assertThat(Scope.TRAIN.includes(Scope.TRAIN)).isTrue();
    assertThat(Scope.TRAIN.includes(Scope.ADMIN)).isFalse();
    assertThat(
            Scope.highest(
                List.of(
                    Scope.TRAIN.authority(),
                    Scope.READ.authority(),
                    () -> "SCOPE_everything",
                    () -> "admin")))
        .hasValue(Scope.TRAIN);
    assertThat(Scope.highest(List.of(() -> "SCOPE_ADMIN"))).isEmpty();
  }

  private static String digest(String key) {
    return TestKeys.sha256(key);
  }

  private static SecuritySettings.Key key(String name, String key, String scope) {
    return new SecuritySettings.Key(name, digest(key), scope);
  }

  private static AccessKeys keys(SecuritySettings.Key... keys) {
    return new AccessKeys(new SecuritySettings(List.of(keys), null, List.of(), false));
  }
}
