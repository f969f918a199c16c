package dev.resnet.api;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's answer to a request that never reaches the service, such as one that is not HTTP. It
 * replaces a page that names the server and its version.
 */
final class ProblemReportValve extends ErrorReportValve {
  private final List<ErrorFormat> formats;

  ProblemReportValve(List<ErrorFormat> formats) {
    this.formats = List.copyOf(formats);
  }

  @Override
  protected void report(Request request, Response response, @Nullable Throwable throwable) {
    int status = response.getStatus();
    // As in the superclass: no error, response already written, or error already reported.
    if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
      return;
    }
    Problem problem =
        Problem.of(
            status,
            status < 500
                ? "The request is not one that an HTTP server can read; check its first line and"
                    + " its headers, and percent-encode all characters of the address that are not"
                    + " ASCII (curl -G --data-urlencode)."
                : "The service can't answer.");
    try {
      RequestIds.of(request).addTo(response::setHeader); // A reset of the response removed them.
      ErrorFormat format =
          ErrorFormat.of(
              request.getRequestURI(),
              Objects.requireNonNullElse(request.getContextPath(), ""),
              formats);
      response.setContentType(format.type().toString());
      response.getOutputStream().write(format.bytes(problem));
      response.finishResponse();
    } catch (IOException | IllegalStateException e) {
      container.getLogger().debug("the client is gone before its error " + status, e);
    }
  }
}
