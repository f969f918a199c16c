package dev.resnet.api;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Gives each request an id, and takes over the trace of a client that has one (W3C Trace Context).
 * Both are in the log lines of the request, in problem details and in the answer's headers. The
 * first valve, so that errors of Tomcat and of all filters have them too.
 */
final class RequestIds extends ValveBase {
  static final String HEADER = "X-Request-Id";

  /** Keys of the log's context, and names in problem details. */
  static final String REQUEST_ID = "request_id";

  static final String TRACE_ID = "trace_id";

  /** What can't break a log line, a header or a command of a shell. */
  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /** Version, trace id, id of the caller's span, flags. A later version may add fields. */
  private static final Pattern TRACEPARENT =
      Pattern.compile(
          "(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?");

  private static final String FIRST_VERSION = "00-";

  RequestIds() {
    super(true);
  }

  @Override
  public void invoke(Request request, Response response) throws IOException, ServletException {
    Ids ids = of(request);
    ids.addTo(response);
    MDC.put(REQUEST_ID, ids.request());
    if (ids.trace() != null) {
      MDC.put(TRACE_ID, ids.trace());
    }
    try {
      getNext().invoke(request, response);
    } finally {
      MDC.remove(REQUEST_ID);
      MDC.remove(TRACE_ID);
    }
  }

  /** The same for each dispatch of a request. */
  static Ids of(Request request) {
    if (request.getAttribute(Ids.class.getName()) instanceof Ids known) {
      return known;
    }
    Ids ids = Ids.of(request);
    request.setAttribute(Ids.class.getName(), ids);
    return ids;
  }

  /**
   * @param trace null if the client has none
   * @param span of this request within the trace
   * @param flags of the trace
   */
  record Ids(String request, @Nullable String trace, String span, String flags) {

    static Ids of(HttpServletRequest request) {
      String id =
          only(request, HEADER)
              .filter(sent -> VALID.matcher(sent).matches())
              .orElseGet(() -> UUID.randomUUID().toString());
      Matcher parent = TRACEPARENT.matcher(only(request, "traceparent").orElse(""));
      boolean traced =
          parent.matches()
              && (parent.group(3) == null || !parent.group().startsWith(FIRST_VERSION));
      return new Ids(
          id,
          traced ? parent.group(1) : null,
          "%016x".formatted(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE)),
          traced ? parent.group(2) : "");
    }

    /** Two values of a header that may stand once are as good as none. */
    private static Optional<String> only(HttpServletRequest request, String header) {
      List<String> values = Collections.list(request.getHeaders(header));
      return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
    }

    void addTo(Response response) {
      response.setHeader(HEADER, request);
      if (trace != null) {
        response.setHeader("traceresponse", FIRST_VERSION + trace + "-" + span + "-" + flags);
      }
    }
  }
}
