package dev.resnet.security;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Says in a few lines why the service does not start with these settings of security. */
final class SecurityFailureAnalyzer implements FailureAnalyzer {

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnsafeAddressException) {
        return new FailureAnalysis(
            cause.getMessage(),
            "Give it keys (resnet.security.keys-file, RESNET_SECURITY_KEYS_FILE) or an issuer"
                + " (spring.security.oauth2.resourceserver.jwt.issuer-uri); docs/security.md shows"
                + " how. Or take server.address away: it listens on this machine only then. Or, on"
                + " a network that you trust, say resnet.security.allow-anonymous=true"
                + " (RESNET_SECURITY_ALLOW_ANONYMOUS).",
            failure);
      }
      if (cause instanceof UnusableKeysException) {
        return new FailureAnalysis(
            "The keys can't be used: %s.".formatted(cause.getMessage()),
            "Correct it in resnet.security.keys or in the file that resnet.security.keys-file"
                + " names; docs/security.md shows how it looks.",
            failure);
      }
    }
    return null;
  }
}
