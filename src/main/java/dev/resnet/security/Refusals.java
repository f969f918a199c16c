package dev.resnet.security;

import dev.resnet.api.ProblemException;
import dev.resnet.security.SecurityFailures.Reason;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Refuses requests, through the same error handling as all errors and with the header that RFC 6750
 * requires.
 */
final class Refusals
    implements AuthenticationEntryPoint, AccessDeniedHandler, RequestRejectedHandler {
  private static final String FAILURE = Refusals.class.getName();

  /** Most characters of a host name to repeat in a message. */
  private static final int LONGEST_HOST = 80;

  private static final String CHALLENGE = "Bearer realm=\"resnet-service\"";

  private final AccessRules rules;
  private final SecurityFailures failures;
  private final HandlerExceptionResolver resolver;

  Refusals(AccessRules rules, SecurityFailures failures, HandlerExceptionResolver resolver) {
    this.rules = rules;
    this.failures = failures;
    this.resolver = resolver;
  }

  /**
   * Remembers an invalid key. It is always counted, but reported only if the request needs a key.
   */
  void remember(HttpServletRequest request, AuthenticationException failure) {
    request.setAttribute(FAILURE, failure);
    failures.count(
        failure instanceof AuthenticationServiceException
            ? Reason.ISSUER
            : failure instanceof InvalidBearerTokenException ? Reason.INVALID : Reason.MALFORMED);
  }

  /** 401: no valid key or token. */
  @Override
  public void commence(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException none) {
    Object failure = request.getAttribute(FAILURE);
    if (failure instanceof AuthenticationServiceException) {
      refuse(
          request,
          response,
          HttpStatus.SERVICE_UNAVAILABLE,
          "The JWT issuer can't be reached to check this token; try again later.");
      return;
    }
    String needed = needed(request);
    if (failure instanceof OAuth2AuthenticationException) {
      response.setHeader(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE + ", error=\"invalid_token\"");
      refuse(
          request,
          response,
          HttpStatus.UNAUTHORIZED,
          "The key or token is invalid, revoked or expired. Use one with the scope '%s'."
              .formatted(needed));
      return;
    }
    failures.count(Reason.MISSING);
    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE);
    refuse(
        request,
        response,
        HttpStatus.UNAUTHORIZED,
        "This needs a key with the scope '%s' in the header 'Authorization: Bearer …'."
            .formatted(needed));
  }

  /** 403: the client's scope is too low. */
  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied) {
    failures.count(Reason.SCOPE);
    String needed = needed(request);
    response.setHeader(
        HttpHeaders.WWW_AUTHENTICATE,
        CHALLENGE + ", error=\"insufficient_scope\", scope=\"" + needed + "\"");
    refuse(
        request,
        response,
        HttpStatus.FORBIDDEN,
        "This needs the scope '%s'; the scope of this key or token is %s."
            .formatted(needed, held(SecurityContextHolder.getContext().getAuthentication())));
  }

  private static String held(@Nullable Authentication caller) {
    Optional<Scope> scope =
        caller == null ? Optional.empty() : Scope.highest(caller.getAuthorities());
    return scope.map(known -> "'" + known.wireName() + "'").orElse("none of " + Scope.names());
  }

  /** 403: a page of another site sent the request through its visitor's browser. */
  void crossSite(HttpServletRequest request, HttpServletResponse response) {
    failures.count(Reason.CROSS_SITE);
    refuse(
        request,
        response,
        HttpStatus.FORBIDDEN,
        "Pages of other sites may not change anything here. According to the header"
            + " 'Sec-Fetch-Site' or 'Origin', this request comes from one. If the service is"
            + " behind a proxy with another name, the proxy must keep 'Host', or"
            + " server.forward-headers-strategy must be set.");
  }

  /** 403: a browser asks whether a page of another site may send a request. */
  void preflight(HttpServletRequest request, HttpServletResponse response) {
    failures.count(Reason.CROSS_SITE);
    refuse(
        request,
        response,
        HttpStatus.FORBIDDEN,
        "Pages of other sites may not use this service: there is no CORS.");
  }

  /** 421: an unknown host name; see {@link AllowedHosts}. */
  void unknownHost(HttpServletRequest request, HttpServletResponse response, String host) {
    failures.count(Reason.HOST);
    refuse(
        request,
        response,
        HttpStatus.MISDIRECTED_REQUEST,
        "The service does not answer to the host name '%s'. If it is right, add it to %s"
                .formatted(
                    host.length() <= LONGEST_HOST ? host : host.substring(0, LONGEST_HOST) + "…",
                    SecuritySettings.ALLOWED_HOSTS)
            + " (RESNET_SECURITY_ALLOWED_HOSTS); localhost and IP addresses are always allowed.");
  }

  /** 400: a URL that programs interpret differently. */
  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, RequestRejectedException rejected) {
    refuse(
        request,
        response,
        HttpStatus.BAD_REQUEST,
        "The address, method or headers are not allowed: the address must be normalised"
            + " (no //, /./, /../) and contain no encoded slash, percent sign, semicolon or"
            + " control character.");
  }

  private String needed(HttpServletRequest request) {
    Scope scope =
        rules.rule(HttpMethod.valueOf(request.getMethod()), Requests.path(request)).scope();
    return (scope == null ? Scope.ADMIN : scope).wireName();
  }

  private void refuse(
      HttpServletRequest request, HttpServletResponse response, HttpStatus status, String detail) {
    resolver.resolveException(request, response, null, new ProblemException(status, detail));
  }
}
