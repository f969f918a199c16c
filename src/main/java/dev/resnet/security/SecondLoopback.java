package dev.resnet.security;

import dev.resnet.api.Http2Connections;
import java.beans.PropertyDescriptor;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Set;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Service;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.UpgradeProtocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.tomcat.TomcatWebServer;

/**
 * {@code localhost} has two addresses, 127.0.0.1 and ::1, and some clients try only one of them.
 * The server listens on one; this adds a connector for the other, on the same port.
 */
final class SecondLoopback {
  private static final Logger LOG = LoggerFactory.getLogger("resnet-service");

  /** Properties in which the two connectors differ. */
  private static final Set<String> OF_ITS_OWN =
      Set.of("port", "address", "portOffset", "portWithOffset", "nameIndex", "domain");

  private SecondLoopback() {}

  /**
   * Opens the second connector. If there is no second loopback address, or its port is in use, the
   * first one has to suffice.
   */
  static void open(TomcatWebServer server) {
    Service service = server.getTomcat().getService();
    Connector first = server.getTomcat().getConnector();
    if (first.getSecure()) {
      return; // certificates can be renewed at run time, but only the first connector would get the
      // new ones
    }
    try {
      InetAddress address = other((InetAddress) first.getProperty("address"));
      int port = first.getLocalPort();
      probe(address, port);
      service.addConnector(second(first, address, port));
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      remove(service, first);
      LOG.info(
          "localhost means {} here: can't listen on the other loopback address ({})",
          ((InetAddress) first.getProperty("address")).getHostAddress(),
          e.getMessage());
    }
  }

  /** Raw addresses, so that no name is resolved. */
  private static InetAddress other(InetAddress first) throws UnknownHostException {
    byte[] six = new byte[16];
    six[15] = 1;
    return InetAddress.getByAddress(
        first instanceof Inet4Address ? six : new byte[] {127, 0, 0, 1});
  }

  /** Tests the port first, because a connector would log its failure with a long stack trace. */
  private static void probe(InetAddress address, int port) throws IOException {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(address, port));
    }
  }

  /**
   * A connector with the same settings and the same thread pool, so that the number of threads does
   * not grow.
   */
  private static Connector second(Connector first, InetAddress address, int port) {
    var second = new Connector(first.getProtocolHandlerClassName());
    copy(first, second);
    copy(first.getProtocolHandler(), second.getProtocolHandler());
    second.getProtocolHandler().setExecutor(first.getProtocolHandler().getExecutor());
    ((AbstractProtocol<?>) second.getProtocolHandler()).setAddress(address);
    second.setPort(port);
    for (UpgradeProtocol protocol : first.findUpgradeProtocols()) {
      if (protocol instanceof Http2Connections http2) {
        second.addUpgradeProtocol(http2.another());
      }
    }
    return second;
  }

  private static void copy(Object from, Object to) {
    for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(from.getClass())) {
      if (property.getReadMethod() != null
          && property.getWriteMethod() != null
          && BeanUtils.isSimpleProperty(property.getPropertyType())
          && !OF_ITS_OWN.contains(property.getName())) {
        try {
          Object value = property.getReadMethod().invoke(from);
          if (value != null) {
            property.getWriteMethod().invoke(to, value);
          }
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException("the setting " + property.getName(), e);
        }
      }
    }
  }

  private static void remove(Service service, Connector first) {
    for (Connector connector : service.findConnectors()) {
      if (connector != first) {
        service.removeConnector(connector);
        try {
          connector.destroy();
        } catch (LifecycleException e) {
          LOG.debug("a connector that never started could not be destroyed", e);
        }
      }
    }
  }
}
