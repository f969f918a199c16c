package dev.resnet.api;

import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The id of a request, and the trace of a client that has one (W3C Trace Context), whatever the
 * transport. Both are in the log lines of the request, in its errors and in the answer's headers.
 *
 * @param trace null if the client has none
 * @param span of this request within the trace; empty without one
 * @param flags of the trace
 */
public record CorrelationIds(String request, @Nullable String trace, String span, String flags) {
  /** The header with the id, in requests and answers. */
  public static final String HEADER = "X-Request-Id";

  /** The header of requests with the trace of a client. */
  public static final String TRACE_HEADER = "traceparent";

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

  /**
   * Takes over what a client has sent if it is valid.
   *
   * @param requestId the only value of its header; null if there is none, or several
   * @param traceparent likewise
   */
  public static CorrelationIds of(@Nullable String requestId, @Nullable String traceparent) {
    boolean valid = requestId != null && VALID.matcher(requestId).matches();
    Matcher parent = TRACEPARENT.matcher(traceparent == null ? "" : traceparent);
    boolean traced =
        parent.matches() && (parent.group(3) == null || !parent.group().startsWith(FIRST_VERSION));
    return new CorrelationIds(
        valid ? requestId : next(),
        traced ? parent.group(1) : null,
        traced
            ? HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE))
            : "",
        traced ? parent.group(2) : "");
  }

  /** Not a secret: the generator that all threads share makes them wait for each other. */
  private static String next() {
    var random = ThreadLocalRandom.current();
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  /** Calls this for each header of the answer, with its name and value. */
  public void addTo(BiConsumer<String, String> headers) {
    headers.accept(HEADER, request);
    if (trace != null) {
      headers.accept("traceresponse", FIRST_VERSION + trace + "-" + span + "-" + flags);
    }
  }

  /** Puts the ids into the log lines of this thread, until it closes the result. */
  public InLog inLog() {
    MDC.put(REQUEST_ID, request);
    if (trace != null) {
      MDC.put(TRACE_ID, trace);
    }
    return () -> {
      MDC.remove(REQUEST_ID);
      MDC.remove(TRACE_ID);
    };
  }

  /** Ends what {@link #inLog} began. */
  @FunctionalInterface
  public interface InLog extends AutoCloseable {
    @Override
    void close();
  }
}
