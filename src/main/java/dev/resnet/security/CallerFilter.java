package dev.resnet.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
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

  private void admit(
      Authentication caller, HttpServletRequest request, HttpServletResponse response) {
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(caller);
    SecurityContextHolder.setContext(context);
    // For the second half of a request that is answered asynchronously.
    contexts.saveContext(context, request, response);
  }
}
