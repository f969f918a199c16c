package dev.resnet.api;

import org.apache.coyote.Request;
import org.apache.coyote.http2.Http2Protocol;

/**
 * HTTP/2, negotiated over TLS or, without it, used from the start or after an upgrade. A request
 * with a body is not upgraded, but answered over HTTP/1.1: Tomcat would keep its whole body in
 * memory, before access has been granted, and refuse more than 4 kB with a bare 413.
 */
public final class Http2Connections extends Http2Protocol {

  /**
   * Tomcat counts small pieces of a body as an attack and ends the connection. But any client sends
   * a small piece when the flow-control window ends shortly before its body does. The limits of
   * bodies apply instead: their size, and the time in which they have to arrive. Resets and pings
   * are counted as before.
   */
  public Http2Connections() {
    setOverheadDataThreshold(0);
    setOverheadWindowUpdateThreshold(0);
  }

  @Override
  public boolean accept(Request request) {
    return request.getContentLengthLong() <= 0
        && request.getHeader("Transfer-Encoding") == null
        && super.accept(request);
  }
}
