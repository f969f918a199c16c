package dev.resnet.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.web.filter.OncePerRequestFilter;

/** Authenticates the client; authorization follows later. */
final class CallerFilter extends OncePerRequestFilter {
  private final BearerTokenResolver header = new DefaultBearerTokenResolver();
  private final Credentials credentials;
  private final Refusals refusals;
  private final SecurityContextRepository contexts;

  CallerFilter(Credentials credentials, Refusals refusals, SecurityContextRepository contexts) {
    this.credentials = credentials;
    this.refusals = refusals;
    this.contexts = contexts;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (!credentials.areNeeded() || Requests.isForManagement(request)) {
      admit(Caller.anonymous(), request, response);
    } else {
      try {
        String bearer = header.resolve(new OneBlank(request));
        if (bearer != null) {
          admit(credentials.check(bearer), request, response);
        }
      } catch (AuthenticationException e) {
        // Open endpoints stay open: a health probe with an old key must not make the service look
        // down.
        refusals.remember(request, e);
      }
    }
    chain.doFilter(request, response);
  }

  /**
   * RFC 9110, section 11.4, allows several blanks after the scheme; Spring Security accepts only
   * one.
   */
  private static final class OneBlank extends HttpServletRequestWrapper {
    private static final Pattern SCHEME = Pattern.compile("(?i)^(bearer) {2,}");

    OneBlank(HttpServletRequest request) {
      super(request);
    }

    @Override
    public @Nullable String getHeader(String name) {
      String value = super.getHeader(name);
      return value != null && HttpHeaders.AUTHORIZATION.equalsIgnoreCase(name)
          ? SCHEME.matcher(value).replaceFirst("$1 ")
          : value;
    }
  }

  private void admit(
      Authentication caller, HttpServletRequest request, HttpServletResponse response) {
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(caller);
    SecurityContextHolder.setContext(context);
    // For the second half of a request that is answered asynchronously.
    contexts.saveContext(context, request, response);
  }
}
