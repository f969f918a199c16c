package dev.resnet.security;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.http.server.PathContainer;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.WebApplicationContextUtils;

/** What the checks want to know of a request. */
final class Requests {
  private static final String MANAGEMENT = "management";

  private Requests() {}

  /** Its path within the service, read as the endpoints' mapping reads it. */
  static PathContainer path(HttpServletRequest request) {
    return PathContainer.parsePath(
        request.getRequestURI().substring(request.getContextPath().length()));
  }

  /** Whether it came in at the management port, where that is one of its own. */
  static boolean isForManagement(HttpServletRequest request) {
    WebApplicationContext context =
        WebApplicationContextUtils.getWebApplicationContext(request.getServletContext());
    return context != null && WebServerApplicationContext.hasServerNamespace(context, MANAGEMENT);
  }
}
