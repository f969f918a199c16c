package dev.resnet.security;

import java.net.InetAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;

/**
 * Where nobody has to show anything, the service listens to its own machine only, unless somebody
 * has said that this is not what they want.
 */
@Component
final class ListeningAddress
    implements WebServerFactoryCustomizer<ConfigurableWebServerFactory>, Ordered {
  private static final Logger LOG = LoggerFactory.getLogger("resnet-service");

  private static final String MANAGEMENT = "management";

  private final Credentials credentials;
  private final SecuritySettings settings;
  private final ServerProperties server;
  private final ObjectProvider<ManagementServerProperties> management;
  private boolean chosen;
  private boolean chosenForManagement;

  ListeningAddress(
      Credentials credentials,
      SecuritySettings settings,
      ServerProperties server,
      ObjectProvider<ManagementServerProperties> management) {
    this.credentials = credentials;
    this.settings = settings;
    this.server = server;
    this.management = management;
  }

  /** After Spring Boot's own, which sets what is configured. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }

  @Override
  public void customize(ConfigurableWebServerFactory factory) {
    if (credentials.areNeeded()) {
      LOG.info("Access: callers show {}", credentials.summary());
      if (settings.allowAnonymous()) {
        LOG.warn(
            "resnet.security.allow-anonymous has no effect: callers are known by what they show");
      }
    } else if (settings.allowAnonymous()) {
      LOG.warn(
          "Access: everybody who reaches this service may do everything"
              + " (resnet.security.allow-anonymous)");
    } else {
      stayOnThisMachine(factory);
      LOG.info(
          "Access: everybody on this machine; there are neither keys nor an issuer of tokens, so the"
              + " service listens on loopback only (docs/security.md)");
    }
  }

  /** Only where nobody has named an address. */
  @EventListener
  void listenOnBothLoopbacks(WebServerInitializedEvent event) {
    boolean management = MANAGEMENT.equals(event.getApplicationContext().getServerNamespace());
    if ((management ? chosenForManagement : chosen)
        && event.getWebServer() instanceof TomcatWebServer tomcat) {
      SecondLoopback.open(tomcat);
    }
  }

  private void stayOnThisMachine(ConfigurableWebServerFactory factory) {
    InetAddress address = server.getAddress();
    if (address == null) {
      factory.setAddress(InetAddress.getLoopbackAddress());
      chosen = true;
    } else if (!address.isLoopbackAddress()) {
      throw new UnsafeAddressException(address);
    }
    // A management port of its own opens later, with the address that stands here by then.
    management.ifAvailable(
        own -> {
          if (own.getAddress() == null) {
            own.setAddress(InetAddress.getLoopbackAddress());
            chosenForManagement = true;
          }
        });
  }
}
