package dev.resnet.security;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may use the service.
 *
 * @param keys keys that need a restart to change
 * @param keysFile a YAML file with more of them under {@code keys}, read again when it changes
 * @param allowedHosts host names under which it may be called where there are neither keys nor an
 *     issuer, beside localhost and IP addresses
 * @param allowAnonymous listens to others although there are neither keys nor an issuer of tokens
 */
@ConfigurationProperties("resnet.security")
record SecuritySettings(
    @DefaultValue List<Key> keys,
    @Nullable String keysFile,
    @DefaultValue List<String> allowedHosts,
    @DefaultValue("false") boolean allowAnonymous) {

  static final String ALLOWED_HOSTS = "resnet.security.allowed-hosts";

  /**
   * A key as it is written; looked at by {@link AccessKey}, whose messages show no value.
   *
   * @param sha256 of the key's bytes, in hex
   */
  record Key(@Nullable String name, @Nullable String sha256, @Nullable String scope) {
    AccessKey accessKey() {
      return AccessKey.of(name, sha256, scope);
    }
  }

  /** Null where no file is named; an empty name names none, as containers write it. */
  @Nullable Path file() {
    return keysFile == null || keysFile.isBlank() ? null : Path.of(keysFile).toAbsolutePath();
  }
}
