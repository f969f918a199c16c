package dev.resnet.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses requests that pages of other sites send through their visitor's browser. Without this, if
 * no key is needed, any page open in a browser on this machine could use the service. A page can't
 * change the headers that are checked here.
 */
final class SiteFilter extends OncePerRequestFilter {
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
  private static final Set<String> HERE = Set.of("same-origin", "none");
  private static final Set<String> ELSEWHERE = Set.of("cross-site", "same-site");

  private final @Nullable AllowedHosts hosts;
  private final Refusals refusals;

  /**
   * @param hosts null if any host name is allowed
   */
  SiteFilter(@Nullable AllowedHosts hosts, Refusals refusals) {
    this.hosts = hosts;
    this.refusals = refusals;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String host = hosts == null ? null : hosts.refused(request);
    if (host != null) {
      refusals.unknownHost(request, response, host);
    } else if (CorsUtils.isPreFlightRequest(request)) {
      refusals.preflight(request, response);
    } else if (!READING.contains(request.getMethod()) && comesFromAnotherSite(request)) {
      refusals.crossSite(request, response);
    } else {
      chain.doFilter(request, response);
    }
  }

  /**
   * Browsers send {@code Sec-Fetch-Site} if the page came over https or from this machine, and
   * {@code Origin} with all requests that may change something. Other programs send neither. Values
   * that no browser sends, such as two in one request, are not trusted.
   */
  private static boolean comesFromAnotherSite(HttpServletRequest request) {
    List<String> sites = Collections.list(request.getHeaders("Sec-Fetch-Site"));
    if (sites.stream().anyMatch(ELSEWHERE::contains)) {
      return true;
    }
    boolean own = sites.size() == 1 && HERE.contains(sites.get(0));
    return !own && hasOtherOrigin(request);
  }

  private static boolean hasOtherOrigin(HttpServletRequest request) {
    try {
      // Compares scheme, host and port; "null", which sandboxed pages send, never matches.
      return CorsUtils.isCorsRequest(request);
    } catch (IllegalArgumentException e) {
      return true; // not a URL
    }
  }
}
