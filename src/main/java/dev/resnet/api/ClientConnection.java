package dev.resnet.api;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;

/**
 * What Tomcat knows about a request's connection. Whether the client is still connected: while a
 * thread works on a request, Tomcat does not watch its connection, and the Servlet API can't ask.
 * So the thread itself looks for the end of the connection's input.
 */
public final class ClientConnection {
  private ClientConnection() {}

  /**
   * Whether the client of this request has closed its connection, or its side of it. Only for the
   * thread that works on the request. False if the body has not been read to its end, if the client
   * sent its next request together with it, and over HTTP/2, where Tomcat does not tell.
   */
  public static boolean isClosed(ServletRequest request) {
    return Abort.tomcat(request)
        .map(tomcat -> tomcat.getCoyoteRequest())
        .filter(ClientConnection::isBodyRead)
        .filter(read -> !BodySurplus.of(read))
        .filter(ClientConnection::isAtItsEnd)
        .isPresent();
  }

  /** Whether a body follows over HTTP/2, where no header need say so. */
  static boolean isWithoutLength(HttpServletRequest request) {
    return "HTTP/2.0".equals(request.getProtocol())
        && request.getContentLengthLong() < 0
        && Abort.tomcat(request)
            .filter(tomcat -> !isBodyRead(tomcat.getCoyoteRequest()))
            .isPresent();
  }

  private static boolean isBodyRead(Request request) {
    var read = new AtomicBoolean();
    request.action(ActionCode.REQUEST_BODY_FULLY_READ, read);
    return read.get();
  }

  /**
   * Tries to read without waiting. Tomcat reports an error and the end of the input as a byte that
   * is available, although there is none in its buffer. What is there is the beginning of a further
   * request, and it stays there.
   */
  private static boolean isAtItsEnd(Request request) {
    return available(request, false) == 0
        && available(request, true) > 0
        && available(request, false) == 0;
  }

  private static int available(Request request, boolean read) {
    request.action(ActionCode.AVAILABLE, read);
    return request.getAvailable();
  }
}
