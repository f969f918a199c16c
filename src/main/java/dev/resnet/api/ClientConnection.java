package dev.resnet.api;

import jakarta.servlet.ServletRequest;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;

/**
 * Whether a client is still connected. While a thread works on a request, Tomcat does not watch its
 * connection, and the Servlet API can't ask. So the thread itself looks for the end of the
 * connection's input.
 */
public final class ClientConnection {
  private ClientConnection() {}

  /**
   * Whether the client of this request has closed its connection, or its side of it. Only for the
   * thread that works on the request. False if the body has not been read to its end, and over
   * HTTP/2, where Tomcat does not tell.
   */
  public static boolean isClosed(ServletRequest request) {
    return Abort.tomcat(request)
        .map(tomcat -> tomcat.getCoyoteRequest())
        .filter(ClientConnection::isBodyRead)
        .filter(ClientConnection::isAtItsEnd)
        .isPresent();
  }

  private static boolean isBodyRead(Request request) {
    var read = new AtomicBoolean();
    request.action(ActionCode.REQUEST_BODY_FULLY_READ, read);
    return read.get();
  }

  /**
   * Tries to read without waiting. Tomcat reports an error and the end of the input as one byte
   * that is available, each time. The beginning of a further request is reported once, when it is
   * read into the buffer; it is kept there.
   */
  private static boolean isAtItsEnd(Request request) {
    return available(request) > 0 && available(request) > 0;
  }

  private static int available(Request request) {
    request.action(ActionCode.AVAILABLE, true);
    return request.getAvailable();
  }
}
