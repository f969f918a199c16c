package dev.resnet.security;

import java.net.InetAddress;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;

/**
 * The rule of {@link ListeningAddress} for the gRPC server. Without an address of its own it
 * listens on that of HTTP.
 */
final class GrpcListeningAddress implements BeanPostProcessor {
  private final ObjectProvider<Credentials> credentials;
  private final ObjectProvider<SecuritySettings> settings;
  private final ObjectProvider<ServerProperties> http;

  GrpcListeningAddress(
      ObjectProvider<Credentials> credentials,
      ObjectProvider<SecuritySettings> settings,
      ObjectProvider<ServerProperties> http) {
    this.credentials = credentials;
    this.settings = settings;
    this.http = http;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    if (bean instanceof GrpcServerProperties server) {
      if (server.getAddress() == null) {
        server.setAddress(http.getObject().getAddress());
      }
      if (!credentials.getObject().areNeeded() && !settings.getObject().allowAnonymous()) {
        listenOnLoopback(server);
      }
    }
    return bean;
  }

  private static void listenOnLoopback(GrpcServerProperties server) {
    InetAddress address = server.getAddress();
    if (address == null) {
      server.setAddress(InetAddress.getLoopbackAddress());
    } else if (!address.isLoopbackAddress()) {
      throw new UnsafeAddressException("spring.grpc.server.address", address);
    }
  }
}
