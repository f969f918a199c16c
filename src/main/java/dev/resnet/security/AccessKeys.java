package dev.resnet.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All keys, from the settings and from the file. */
final class AccessKeys {
  private final List<AccessKey> configured;
  private final @Nullable KeysFile file;

  /**
   * Reads the keys.
   *
   * @throws UnusableKeysException if they are invalid
   */
  AccessKeys(SecuritySettings settings) {
    configured = distinct(settings.keys().stream().map(SecuritySettings.Key::accessKey).toList());
    file = settings.file() == null ? null : new KeysFile(settings.file());
    distinct(all());
  }

  /** Whether keys are configured, even if none is valid at present. */
  boolean areUsed() {
    return file != null || !configured.isEmpty();
  }

  int count() {
    return all().size();
  }

  /**
   * Finds the key that a client sent. Compares with all keys in constant time, so the duration
   * reveals nothing about the keys.
   */
  Optional<AccessKey> find(String presented) {
    byte[] digest = sha256(presented.getBytes(StandardCharsets.UTF_8));
    AccessKey found = null;
    for (AccessKey key : all()) {
      if (key.isDigestOf(digest)) {
        found = key;
      }
    }
    return Optional.ofNullable(found);
  }

  private List<AccessKey> all() {
    if (file == null) {
      return configured;
    }
    List<AccessKey> all = new ArrayList<>(configured);
    all.addAll(file.keys());
    return all;
  }

  /**
   * Names must be unique: otherwise a log can't distinguish two keys, and they can't be revoked
   * separately.
   */
  static List<AccessKey> distinct(List<AccessKey> keys) {
    long names = keys.stream().map(AccessKey::name).distinct().count();
    if (names < keys.size()) {
      throw new UnusableKeysException("two keys have the same 'name'");
    }
    return List.copyOf(keys);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
