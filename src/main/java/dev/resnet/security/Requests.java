package dev.resnet.security;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.http.server.PathContainer;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.WebApplicationContextUtils;

/** Properties of a request that the checks need. */
final class Requests {
  private static final String MANAGEMENT = "management";

  private Requests() {}

  /** The path within the service, parsed as for the mapping of endpoints. */
  static PathContainer path(HttpServletRequest request) {
    return PathContainer.parsePath(
        request.getRequestURI().substring(request.getContextPath().length()));
  }

  /** Whether it came in on a separate management port. */
  static boolean isForManagement(HttpServletRequest request) {
    WebApplicationContext context =
        WebApplicationContextUtils.getWebApplicationContext(request.getServletContext());
    return context != null && WebServerApplicationContext.hasServerNamespace(context, MANAGEMENT);
  }
}
