package dev.resnet.api;

import java.time.Duration;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2, negotiated over TLS or, without it, used from the start or after an upgrade. A request
 * with a body is not upgraded, but answered over HTTP/1.1: Tomcat would keep its whole body in
 * memory, before access has been granted, and refuse more than 4 kB with a bare 413.
 */
public final class Http2Connections extends Http2Protocol {

  /**
   * Bytes. Tomcat counts smaller pieces as an attack, by the mean of the last two, and ends the
   * connection. Its default of 1,024 also meets honest clients: any client sends a small piece when
   * the flow-control window ends shortly before its body does.
   */
  private static final int SMALLEST_PIECES = 64;

  /**
   * What each setting, ping or priority of a client costs, in Tomcat's points. A connection starts
   * with ten times this credit, earns 20 points with each request and each piece of a body, and is
   * ended when its credit is used up.
   */
  private static final int CONTROL_COST = 20;

  /**
   * What a cancelled answer costs, twice if it was just being written. This is more than a request
   * earns, so requests that are all cancelled at once (CVE-2023-44487) still end the connection.
   * But with Tomcat's values (50, and 10 for control) the settings of Java's client and its first
   * cancelled answer already use up the credit, and it cancels the body of each redirect.
   */
  private static final int CANCELLATION_COST = 30;

  private final Strangers strangers;

  /**
   * @param maxStreams of a connection at the same time
   * @param pause how long a client may send nothing of a body
   */
  Http2Connections(int maxStreams, Duration pause, Strangers strangers) {
    this.strangers = strangers;
    setMaxConcurrentStreams(maxStreams);
    setStreamReadTimeout(pause.toMillis());
    setOverheadCountFactor(CONTROL_COST);
    setOverheadResetFactor(CANCELLATION_COST);
    setOverheadDataThreshold(SMALLEST_PIECES);
    setOverheadWindowUpdateThreshold(SMALLEST_PIECES);
  }

  /** For another connector; both have the same limits together. */
  public Http2Connections another() {
    return new Http2Connections(
        (int) getMaxConcurrentStreams(), Duration.ofMillis(getStreamReadTimeout()), strangers);
  }

  /** Called once for each connection that speaks HTTP/2. */
  @Override
  public InternalHttpUpgradeHandler getInternalUpgradeHandler(
      SocketWrapperBase<?> connection, Adapter adapter, @Nullable Request upgraded) {
    strangers.add(connection);
    return super.getInternalUpgradeHandler(connection, adapter, upgraded);
  }

  @Override
  public boolean accept(Request request) {
    return request.getContentLengthLong() <= 0
        && request.getHeader("Transfer-Encoding") == null
        && super.accept(request);
  }
}
