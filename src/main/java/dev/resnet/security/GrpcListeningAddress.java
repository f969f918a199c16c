package dev.resnet.security;

import java.net.InetAddress;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties;

/** The rule of {@link ListeningAddress} for the gRPC server, which has an address of its own. */
final class GrpcListeningAddress implements BeanPostProcessor {
  private final ObjectProvider<Credentials> credentials;
  private final ObjectProvider<SecuritySettings> settings;

  GrpcListeningAddress(
      ObjectProvider<Credentials> credentials, ObjectProvider<SecuritySettings> settings) {
    this.credentials = credentials;
    this.settings = settings;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    if (bean instanceof GrpcServerProperties server
        && !credentials.getObject().areNeeded()
        && !settings.getObject().allowAnonymous()) {
      InetAddress address = server.getAddress();
      if (address == null) {
        server.setAddress(InetAddress.getLoopbackAddress());
      } else if (!address.isLoopbackAddress()) {
        throw new UnsafeAddressException("spring.grpc.server.address", address);
      }
    }
    return bean;
  }
}
