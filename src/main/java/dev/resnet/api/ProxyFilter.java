package dev.resnet.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.util.StringUtils;
import org.springframework.web.filter.ForwardedHeaderFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.util.ForwardedHeaderUtils;

/**
 * Explains what is wrong if the headers of a proxy can't be read. Spring's filter answers with a
 * bare 400 and fails again on the error page, so the client would get no explanation.
 */
final class ProxyFilter extends ForwardedHeaderFilter {
  private final HandlerExceptionResolver resolver;
  private boolean reads = true;

  ProxyFilter(HandlerExceptionResolver resolver) {
    this.resolver = resolver;
  }

  @Override
  public void setRemoveOnly(boolean removeOnly) {
    super.setRemoveOnly(removeOnly);
    reads = !removeOnly;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (reads && !readable(request)) {
      resolver.resolveException(
          request,
          response,
          null,
          new ProblemException(
              HttpStatus.BAD_REQUEST,
              "The forwarded headers of the proxy can't be read. Check Forwarded,"
                  + " X-Forwarded-Host, X-Forwarded-Port, X-Forwarded-Proto, X-Forwarded-For and X-Forwarded-Prefix."));
      return;
    }
    super.doFilterInternal(request, response, chain);
  }

  private static boolean readable(HttpServletRequest request) {
    var asked = new ServletServerHttpRequest(request);
    try {
      var uri = asked.getURI();
      var headers = asked.getHeaders();
      ForwardedHeaderUtils.adaptFromForwardedHeaders(uri, headers).build();
      ForwardedHeaderUtils.parseForwardedFor(uri, headers, null);
      headers
          .getOrEmpty("X-Forwarded-Prefix")
          .forEach(prefix -> StringUtils.uriDecode(prefix, StandardCharsets.UTF_8));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
