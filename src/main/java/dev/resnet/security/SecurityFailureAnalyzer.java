package dev.resnet.security;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Explains why the service does not start with the configured security settings. */
final class SecurityFailureAnalyzer implements FailureAnalyzer {

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnsafeAddressException) {
        return new FailureAnalysis(
            cause.getMessage(),
            "Configure keys (resnet.security.keys-file, RESNET_SECURITY_KEYS_FILE) or a JWT"
                + " issuer (spring.security.oauth2.resourceserver.jwt.issuer-uri);"
                + " docs/security.md shows how. Or remove that address: the service then"
                + " listens on this machine only. Or, on a network that you trust, set"
                + " resnet.security.allow-anonymous=true"
                + " (RESNET_SECURITY_ALLOW_ANONYMOUS).",
            failure);
      }
      if (cause instanceof UnusableKeysException) {
        return new FailureAnalysis(
            "The keys can't be used: %s.".formatted(cause.getMessage()),
            "Correct resnet.security.keys or the file named by resnet.security.keys-file;"
                + " docs/security.md shows the format.",
            failure);
      }
    }
    return null;
  }
}
