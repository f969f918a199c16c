package dev.resnet.api;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP/2 connections on which no request has been authenticated yet. Tomcat reserves buffers for
 * each stream with a body as soon as a client begins it, so these connections are limited. A
 * further one ends the oldest. Clients with a key are strangers too until their first request, so
 * new connections are spared for a moment: many clients may connect at once.
 */
final class Strangers {
  private static final Logger LOG = LoggerFactory.getLogger(Strangers.class);

  /** Nanoseconds in which a client with a key sends its first request. */
  private static final long NEW = Duration.ofSeconds(2).toNanos();

  /** While all are new, there may be this many times as many. */
  private static final int NEW_ONES = 3;

  private static final long BETWEEN_WARNINGS = Duration.ofMinutes(1).toNanos();

  private final int most;
  private final LongSupplier nanoTime;

  /** By id, the oldest first. Guarded by this. */
  private final Map<String, Stranger> connections = new LinkedHashMap<>();

  private long warned;

  private record Stranger(SocketWrapperBase<?> connection, long since) {}

  /**
   * @param most at least 1
   * @param nanoTime as {@link System#nanoTime}
   */
  Strangers(int most, LongSupplier nanoTime) {
    this.most = most;
    this.nanoTime = nanoTime;
    this.warned = nanoTime.getAsLong() - BETWEEN_WARNINGS;
  }

  void add(SocketWrapperBase<?> connection) {
    SocketWrapperBase<?> ended;
    synchronized (this) {
      ended = oldestIfTooMany();
      String protocol = connection.getSslSupport() == null ? "h2c" : "h2"; // as Tomcat says
      connections.put(
          connection.getServletConnection(protocol, "").getConnectionId(),
          new Stranger(connection, nanoTime.getAsLong()));
    }
    if (ended != null) {
      // Its own thread closes it, and wakes those that wait for bodies.
      ended.processSocket(SocketEvent.DISCONNECT, true);
    }
  }

  private @Nullable SocketWrapperBase<?> oldestIfTooMany() {
    connections.values().removeIf(each -> each.connection().isClosed());
    if (connections.size() < most) {
      return null;
    }
    long now = nanoTime.getAsLong();
    Iterator<Stranger> all = connections.values().iterator();
    Stranger oldest = all.next();
    if (now - oldest.since() < NEW && connections.size() < NEW_ONES * most) {
      return null;
    }
    all.remove();
    if (now - warned >= BETWEEN_WARNINGS) {
      warned = now;
      LOG.warn(
          "{} HTTP/2 connections are open on which no request has been authenticated; the oldest"
              + " is closed (resnet.http.http2.max-memory)",
          connections.size() + 1);
    }
    return oldest.connection();
  }

  /** A request on this connection was authenticated. */
  synchronized void authenticated(String connection) {
    connections.remove(connection);
  }

  synchronized int count() {
    connections.values().removeIf(each -> each.connection().isClosed());
    return connections.size();
  }
}
