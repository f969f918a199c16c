package dev.resnet.ops;

import dev.resnet.api.ProblemException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * A worker's door: only actuator is behind it. One filter, so that no endpoint has to be told of
 * workers, and none can be forgotten.
 */
final class WorkerFilter extends OncePerRequestFilter {
  private final String actuator;
  private final HandlerExceptionResolver resolver;

  /**
   * @param actuator the path of actuator's endpoints, with a slash before and none behind it
   * @param resolver renders the refusal as any other error
   */
  WorkerFilter(String actuator, HandlerExceptionResolver resolver) {
    this.actuator = actuator;
    this.resolver = resolver;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    // As it was sent: what is dressed up as actuator by dots or semicolons is refused further on.
    String path = request.getRequestURI().substring(request.getContextPath().length());
    // Actuator at the root can't be told from the rest; the rest counts.
    if (!actuator.isEmpty() && (path.equals(actuator) || path.startsWith(actuator + "/"))) {
      chain.doFilter(request, response);
    } else {
      resolver.resolveException(
          request,
          response,
          null,
          new ProblemException(
              HttpStatus.NOT_FOUND,
              "This process is a worker (resnet.role): it trains, and serves only %s. Ask a process"
                      .formatted(actuator)
                  + " with the role 'api' or 'all'."));
    }
  }
}
