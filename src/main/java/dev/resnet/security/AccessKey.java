package dev.resnet.security;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An access key, stored only as its digest. No message here contains a value: a user may have
 * entered the key instead of its digest, and the key must not get into a log.
 */
final class AccessKey {
  private static final Pattern HEX = Pattern.compile("\\s*([0-9a-fA-F]{64})\\s*");

  private final String name;
  private final byte[] sha256;
  private final Scope scope;

  private AccessKey(String name, byte[] sha256, Scope scope) {
    this.name = name;
    this.sha256 = sha256;
    this.scope = scope;
  }

  /**
   * Creates a key from its fields in the settings or in a file.
   *
   * @throws UnusableKeysException if something is missing or wrong
   */
  static AccessKey of(@Nullable String name, @Nullable String sha256, @Nullable String scope) {
    if (name == null || name.isBlank()) {
      throw new UnusableKeysException("a key has no 'name'; the log identifies keys by name");
    }
    var hex = HEX.matcher(sha256 == null ? "" : sha256);
    if (!hex.matches()) {
      throw new UnusableKeysException(
          ("'sha256' of the key '%s' must be the 64 hexadecimal digits of the key's SHA-256 (printf"
                  + " %%s \"$KEY\" | sha256sum); the present value is not shown because it might be the key")
              .formatted(name));
    }
    Scope known =
        Scope.of(scope == null ? "" : scope)
            .orElseThrow(
                () ->
                    new UnusableKeysException(
                        "'scope' of the key '%s' must be one of %s"
                            .formatted(name, Scope.names())));
    return new AccessKey(name, HexFormat.of().parseHex(hex.group(1)), known);
  }

  String name() {
    return name;
  }

  Scope scope() {
    return scope;
  }

  /** Compares in constant time. */
  boolean isDigestOf(byte[] digest) {
    return MessageDigest.isEqual(sha256, digest);
  }

  @Override
  public String toString() {
    return "key '%s' (%s)".formatted(name, scope.wireName());
  }
}
