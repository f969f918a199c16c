package dev.resnet.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A key for each scope, and its settings. */
final class TestKeys {
  static final String WRONG = "wrong-8b2f6f0f7d6e4f0c";

  private TestKeys() {}

  /** The key itself. */
  static String of(Scope scope) {
    return "secret-of-" + scope.wireName() + "-51f2c0a97be64d83";
  }

  static String sha256(String key) {
    try {
      byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Settings with one key for each scope. */
  static String[] settings() {
    String[] settings = new String[3 * Scope.values().length];
    for (Scope scope : Scope.values()) {
      int i = scope.ordinal();
      String key = "resnet.security.keys[%d].".formatted(i);
      settings[3 * i] = key + "name=holder-of-" + scope.wireName();
      settings[3 * i + 1] = key + "sha256=" + sha256(of(scope));
      settings[3 * i + 2] = key + "scope=" + scope.wireName();
    }
    return settings;
  }

  /** An entry of a keys file. */
  static String entry(String name, String key, Scope scope) {
    return "  - {name: %s, sha256: %s, scope: %s}\n".formatted(name, sha256(key), scope.wireName());
  }
}
