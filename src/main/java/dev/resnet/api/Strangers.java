package dev.resnet.api;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP/2 connections on which no request has been authenticated yet. Tomcat reserves buffers for
 * each stream with a body as soon as a client begins it, so these connections are limited. A
 * further one ends the oldest, so that clients with a key still get in.
 */
final class Strangers {
  private static final Logger LOG = LoggerFactory.getLogger(Strangers.class);

  private final int most;

  /** By id, the oldest first. Guarded by this. */
  private final Map<String, SocketWrapperBase<?>> connections = new LinkedHashMap<>();

  /**
   * @param most at least 1
   */
  Strangers(int most) {
    this.most = most;
  }

  void add(SocketWrapperBase<?> connection) {
    SocketWrapperBase<?> oldest = null;
    synchronized (this) {
      connections.values().removeIf(SocketWrapperBase::isClosed);
      if (connections.size() >= most) {
        Iterator<SocketWrapperBase<?>> all = connections.values().iterator();
        oldest = all.next();
        all.remove();
      }
      String protocol = connection.getSslSupport() == null ? "h2c" : "h2"; // as Tomcat says
      connections.put(connection.getServletConnection(protocol, "").getConnectionId(), connection);
    }
    if (oldest != null) {
      LOG.debug("More than {} HTTP/2 connections without a key; the oldest is closed", most);
      oldest.close();
    }
  }

  /** A request on this connection was authenticated. */
  synchronized void authenticated(String connection) {
    connections.remove(connection);
  }

  synchronized int count() {
    connections.values().removeIf(SocketWrapperBase::isClosed);
    return connections.size();
  }
}
