package dev.resnet.security;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** {@code resnet_security_failures_total}: requests that were refused, by reason. */
final class SecurityFailures {
  enum Reason {
    /** No key although one is needed. */
    MISSING,
    /** A malformed Authorization header. */
    MALFORMED,
    /** A key or token that is not valid. */
    INVALID,
    /** A valid key or token with too low a scope. */
    SCOPE,
    /** The JWT issuer could not be reached. */
    ISSUER,
    /** Sent by a page of another site. */
    CROSS_SITE,
    /** Sent to an unknown host name. */
    HOST
  }

  private final Map<Reason, Counter> counters = new EnumMap<>(Reason.class);

  SecurityFailures(MeterRegistry meters) {
    // Register all reasons at once: a rate needs the zero before the first failure.
    for (Reason reason : Reason.values()) {
      counters.put(
          reason,
          Counter.builder("resnet.security.failures")
              .description(
                  "Requests refused for lack of a valid key, token or scope, or for where they come from")
              .tag("reason", reason.name().toLowerCase(Locale.ROOT))
              .register(meters));
    }
  }

  void count(Reason reason) {
    counters.get(reason).increment();
  }
}
