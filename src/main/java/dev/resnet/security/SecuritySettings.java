package dev.resnet.security;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may use the service.
 *
 * @param keys keys that change only with a restart
 * @param keysFile a YAML file with more of them under {@code keys}, read again when it changes
 * @param allowedHosts host names under which it may be called without keys and without a JWT
 *     issuer, in addition to localhost and IP addresses
 * @param allowAnonymous whether to listen on all addresses without keys and without a JWT issuer
 */
@ConfigurationProperties("resnet.security")
record SecuritySettings(
    @DefaultValue List<Key> keys,
    @Nullable String keysFile,
    @DefaultValue List<String> allowedHosts,
    @DefaultValue("false") boolean allowAnonymous) {

  static final String ALLOWED_HOSTS = "resnet.security.allowed-hosts";

  /**
   * A key as configured; {@link AccessKey} validates it without showing values.
   *
   * @param sha256 of the key's bytes, in hex
   */
  record Key(@Nullable String name, @Nullable String sha256, @Nullable String scope) {
    AccessKey accessKey() {
      return AccessKey.of(name, sha256, scope);
    }
  }

  /**
   * The keys file; null if none is configured. An empty name means none, which containers may set.
   */
  @Nullable Path file() {
    return keysFile == null || keysFile.isBlank() ? null : Path.of(keysFile).toAbsolutePath();
  }
}
