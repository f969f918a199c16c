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
 * Restricts a worker to actuator. A single filter, so that no endpoint needs to know about workers
 * and none can be forgotten.
 */
final class WorkerFilter extends OncePerRequestFilter {
  private final String actuator;
  private final HandlerExceptionResolver resolver;

  /**
   * @param actuator the path of actuator's endpoints, with a leading and without a trailing slash
   * @param resolver renders the refusal like any other error
   */
  WorkerFilter(String actuator, HandlerExceptionResolver resolver) {
    this.actuator = actuator;
    this.resolver = resolver;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    // The path as it was sent. Spring Security refuses paths that dots or semicolons make look like
    // actuator.
    String path = request.getRequestURI().substring(request.getContextPath().length());
    // If actuator is at the root, its paths can't be distinguished, so everything is refused.
    if (!actuator.isEmpty() && (path.equals(actuator) || path.startsWith(actuator + "/"))) {
      chain.doFilter(request, response);
    } else {
      resolver.resolveException(
          request,
          response,
          null,
          new ProblemException(
              HttpStatus.NOT_FOUND,
              ("This process is a worker (resnet.role): it trains and serves only %s. Use a process"
                      + " with the role 'api' or 'all'.")
                  .formatted(actuator)));
    }
  }
}
