package dev.resnet.api;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.util.Optional;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

/**
 * Gives up a response that its client does not read. The Servlet API can only complete a response,
 * and then Tomcat would keep a thread waiting until the client takes the rest.
 */
public final class Abort {
  private static final String ATTRIBUTE = Abort.class.getName();

  private final Request request;

  private Abort(Request request) {
    this.request = request;
  }

  /**
   * Closes the connection of a request that is answered asynchronously; its listeners get an error.
   */
  public static void connection(ServletRequest request) {
    if (request.getAttribute(ATTRIBUTE) instanceof Abort abort) {
      abort.now();
    } else {
      throw new IllegalStateException("The request did not come through this service's Tomcat");
    }
  }

  /** Tomcat's own request. */
  static Optional<Request> tomcat(ServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof Abort abort
        ? Optional.of(abort.request)
        : Optional.empty();
  }

  private void now() {
    request
        .getCoyoteRequest()
        .action(ActionCode.CLOSE_NOW, new IOException("The client does not read the response"));
  }

  /** Remembers Tomcat's own request, which applications see only in wrappers. */
  static final class Valve extends ValveBase {
    Valve() {
      super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
      request.setAttribute(ATTRIBUTE, new Abort(request));
      getNext().invoke(request, response);
    }
  }
}
