package dev.resnet.ops;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.catalina.connector.Connector;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * The URL at which programs on this machine reach the service: an address on which it really
 * listens.
 */
@Component
final class ServiceUrl {
  private static final String EVERY_LOCAL_ADDRESS = "localhost";

  private final ApplicationContext context;
  private final Environment environment;

  ServiceUrl(ApplicationContext context, Environment environment) {
    this.context = context;
    this.environment = environment;
  }

  /** The URL without a trailing slash. */
  String url() {
    String scheme = environment.containsProperty("server.ssl.bundle") ? "https" : "http";
    return "%s://%s:%s%s"
        .formatted(
            scheme,
            host(),
            environment.getProperty("local.server.port", "8080"),
            environment.getProperty("server.servlet.context-path", ""));
  }

  private String host() {
    if (context instanceof WebServerApplicationContext web) {
      WebServer server = web.getWebServer();
      if (server instanceof TomcatWebServer tomcat) {
        return host(tomcat.getTomcat().getService().findConnectors());
      }
    }
    return EVERY_LOCAL_ADDRESS;
  }

  private static String host(Connector[] connectors) {
    List<InetAddress> addresses =
        Arrays.stream(connectors)
            .map(connector -> (InetAddress) connector.getProperty("address"))
            .filter(Objects::nonNull)
            .toList();
    // Without a configured address it listens on all addresses.
    if (addresses.size() != 1 || addresses.get(0).isAnyLocalAddress()) {
      return EVERY_LOCAL_ADDRESS;
    }
    InetAddress only = addresses.get(0);
    return only instanceof Inet6Address ? "[" + only.getHostAddress() + "]" : only.getHostAddress();
  }
}
