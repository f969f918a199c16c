package dev.resnet.serving.web;

import dev.resnet.api.ClientConnection;
import dev.resnet.serving.Caller;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The client of an HTTP request as one that waits for a classification: it may hang up, and {@code
 * Prefer: wait=2} (RFC 7240) says how many seconds it wants to wait.
 */
final class WaitingClients extends OncePerRequestFilter {
  private static final Pattern WAIT =
      Pattern.compile("(?:^|[,;])\\s*wait\\s*=\\s*\"?([0-9]{1,9})\"?\\s*(?=$|[,;])");

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try (var bound = new Client(request, longestWait(request)).bind()) {
      chain.doFilter(request, response);
    }
  }

  /** The first valid one; others and unknown preferences are ignored, as the RFC says. */
  private static Duration longestWait(HttpServletRequest request) {
    for (String preferences : Collections.list(request.getHeaders("Prefer"))) {
      Matcher wait = WAIT.matcher(preferences);
      if (wait.find()) {
        return Duration.ofSeconds(Long.parseLong(wait.group(1)));
      }
    }
    return Caller.PATIENT.longestWait();
  }

  private record Client(HttpServletRequest request, Duration longestWait) implements Caller {
    @Override
    public boolean isGone() {
      return ClientConnection.isClosed(request);
    }
  }
}
