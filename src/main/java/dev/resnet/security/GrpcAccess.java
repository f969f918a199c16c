package dev.resnet.security;

import dev.resnet.security.SecurityFailures.Reason;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.AuthenticationException;

/**
 * Access control for gRPC, with the keys, tokens and scopes of HTTP. Every method, reflection
 * included, needs the scope {@code classify}, except probes.
 */
final class GrpcAccess implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Pattern BEARER = Pattern.compile("(?i)bearer +([^ ]+) *");
  private static final Scope NEEDED = Scope.CLASSIFY;

  /** Services and methods that probes call. */
  private static final Set<String> OPEN =
      Set.of(
          "grpc.health.v1.Health/Check",
          "grpc.health.v1.Health/List",
          "grpc.health.v1.Health/Watch",
          "inference.GRPCInferenceService/ServerLive",
          "inference.GRPCInferenceService/ServerReady");

  private final Credentials credentials;
  private final @Nullable AllowedHosts hosts;
  private final SecurityFailures failures;

  /**
   * @param hosts null if any host name is allowed
   */
  GrpcAccess(Credentials credentials, @Nullable AllowedHosts hosts, SecurityFailures failures) {
    this.credentials = credentials;
    this.hosts = hosts;
    this.failures = failures;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Optional<Status> refusal = refusal(call, headers);
    if (refusal.isEmpty()) {
      return next.startCall(call, headers);
    }
    call.close(refusal.get(), new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private Optional<Status> refusal(ServerCall<?, ?> call, Metadata headers) {
    String authority = call.getAuthority();
    if (hosts != null && authority != null && !hosts.allow(AllowedHosts.withoutPort(authority))) {
      failures.count(Reason.HOST);
      return Optional.of(
          Status.PERMISSION_DENIED.withDescription(
              "The service does not answer to this host name; %s lists those that it answers to."
                  .formatted(SecuritySettings.ALLOWED_HOSTS)));
    }
    return !credentials.areNeeded() || OPEN.contains(call.getMethodDescriptor().getFullMethodName())
        ? Optional.empty()
        : refusal(headers.get(AUTHORIZATION));
  }

  private Optional<Status> refusal(@Nullable String header) {
    if (header == null) {
      failures.count(Reason.MISSING);
      return Optional.of(
          Status.UNAUTHENTICATED.withDescription(
              "This needs a key with the scope '%s' in the metadata 'authorization: Bearer …'."
                  .formatted(NEEDED.wireName())));
    }
    Matcher bearer = BEARER.matcher(header);
    if (!bearer.matches()) {
      failures.count(Reason.MALFORMED);
      return Optional.of(
          Status.UNAUTHENTICATED.withDescription(
              "The metadata 'authorization' must be 'Bearer', a blank and a key or token."));
    }
    try {
      var held = Scope.highest(credentials.check(bearer.group(1)).getAuthorities());
      if (held.filter(scope -> scope.includes(NEEDED)).isPresent()) {
        return Optional.empty();
      }
      failures.count(Reason.SCOPE);
      return Optional.of(
          Status.PERMISSION_DENIED.withDescription(
              "This needs the scope '%s'; the scope of this key or token is %s."
                  .formatted(
                      NEEDED.wireName(),
                      held.map(scope -> "'" + scope.wireName() + "'")
                          .orElse("none of " + Scope.names()))));
    } catch (AuthenticationServiceException e) {
      failures.count(Reason.ISSUER);
      return Optional.of(
          Status.UNAVAILABLE.withDescription(
              "The JWT issuer can't be reached to check this token; try again later."));
    } catch (AuthenticationException e) {
      failures.count(Reason.INVALID);
      return Optional.of(
          Status.UNAUTHENTICATED.withDescription(
              "The key or token is invalid, revoked or expired. Use one with the scope '%s'."
                  .formatted(NEEDED.wireName())));
    }
  }
}
