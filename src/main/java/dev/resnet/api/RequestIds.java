package dev.resnet.api;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.jspecify.annotations.Nullable;

/**
 * Gives each request its {@link CorrelationIds}. The first valve, so that errors of Tomcat and of
 * all filters have them too.
 */
final class RequestIds extends ValveBase {
  RequestIds() {
    super(true);
  }

  @Override
  public void invoke(Request request, Response response) throws IOException, ServletException {
    CorrelationIds ids = of(request);
    ids.addTo(response::setHeader);
    try (var logged = ids.inLog()) {
      getNext().invoke(request, response);
    }
  }

  /** The same for each dispatch of a request. */
  static CorrelationIds of(Request request) {
    if (request.getAttribute(CorrelationIds.class.getName()) instanceof CorrelationIds known) {
      return known;
    }
    var ids =
        CorrelationIds.of(
            only(request, CorrelationIds.HEADER), only(request, CorrelationIds.TRACE_HEADER));
    request.setAttribute(CorrelationIds.class.getName(), ids);
    return ids;
  }

  /** Two values of a header that may stand once are as good as none. */
  private static @Nullable String only(HttpServletRequest request, String header) {
    List<String> values = Collections.list(request.getHeaders(header));
    return values.size() == 1 ? values.get(0) : null;
  }
}
