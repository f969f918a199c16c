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
 * If clients need no key or token, the service listens only on the loopback addresses, unless
 * {@code allow-anonymous} is set.
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

  /** Runs after Spring Boot's own customizer, which applies the settings. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }

  @Override
  public void customize(ConfigurableWebServerFactory factory) {
    if (credentials.areNeeded()) {
      LOG.info("Access: clients authenticate with {}", credentials.summary());
      if (settings.allowAnonymous()) {
        LOG.warn("resnet.security.allow-anonymous is ignored: keys or a JWT issuer are configured");
      }
    } else if (settings.allowAnonymous()) {
      LOG.warn(
          "Access: every client that can reach this service may do everything"
              + " (resnet.security.allow-anonymous)");
    } else {
      listenOnLoopback(factory);
      LOG.info(
          "Access: every program on this machine; without keys or a JWT issuer, the"
              + " service listens on loopback only (docs/security.md)");
    }
  }

  /** Only if no address is configured. */
  @EventListener
  void listenOnBothLoopbacks(WebServerInitializedEvent event) {
    boolean management = MANAGEMENT.equals(event.getApplicationContext().getServerNamespace());
    if ((management ? chosenForManagement : chosen)
        && event.getWebServer() instanceof TomcatWebServer tomcat) {
      SecondLoopback.open(tomcat);
    }
  }

  private void listenOnLoopback(ConfigurableWebServerFactory factory) {
    InetAddress address = server.getAddress();
    if (address == null) {
      factory.setAddress(InetAddress.getLoopbackAddress());
      chosen = true;
    } else if (!address.isLoopbackAddress()) {
      throw new UnsafeAddressException("server.address", address);
    }
    // A separate management port opens later, with the address that is set here.
    management.ifAvailable(
        own -> {
          if (own.getAddress() == null) {
            own.setAddress(InetAddress.getLoopbackAddress());
            chosenForManagement = true;
          }
        });
  }
}
