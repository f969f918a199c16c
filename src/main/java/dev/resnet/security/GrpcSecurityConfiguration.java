package dev.resnet.security;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.grpc.server.GlobalServerInterceptor;

/** The keys, scopes and addresses of HTTP for gRPC. */
@Configuration(proxyBeanMethods = false)
class GrpcSecurityConfiguration {

  @Bean
  static GrpcListeningAddress grpcListeningAddress(
      ObjectProvider<Credentials> credentials,
      ObjectProvider<SecuritySettings> settings,
      ObjectProvider<ServerProperties> http) {
    return new GrpcListeningAddress(credentials, settings, http);
  }

  @Bean
  @GlobalServerInterceptor
  @Order(0)
  GrpcAccess grpcAccess(
      Credentials credentials,
      SecuritySettings settings,
      Environment environment,
      MeterRegistry meters) {
    return new GrpcAccess(
        credentials,
        SecurityConfiguration.hosts(credentials, settings, environment),
        new SecurityFailures(meters));
  }
}
