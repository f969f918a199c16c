package dev.resnet.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.web.filter.OncePerRequestFilter;

/** Finds out who asks; whether they may is decided after it. */
final class CallerFilter extends OncePerRequestFilter {
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
  private static final Set<String> ELSEWHERE = Set.of("cross-site", "same-site");

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
    if (comesFromAnotherSite(request)) {
      refusals.crossSite(request, response);
      return;
    }
    if (!credentials.areNeeded() || Requests.isForManagement(request)) {
      admit(Caller.anybody(), request, response);
    } else {
      try {
        String bearer = header.resolve(request);
        if (bearer != null) {
          admit(credentials.check(bearer), request, response);
        }
      } catch (AuthenticationException e) {
        // What is open stays open: a probe with an old key must not bring the service down.
        refusals.remember(request, e);
      }
    }
    chain.doFilter(request, response);
  }

  /**
   * Where no key is needed, any page in a browser on this machine could send a form here. Browsers
   * say where a request comes from, and a page can't change what they say.
   */
  private static boolean comesFromAnotherSite(HttpServletRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    return site != null && ELSEWHERE.contains(site) && !READING.contains(request.getMethod());
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
