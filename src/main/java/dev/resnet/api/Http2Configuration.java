package dev.resnet.api;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Http2;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.util.unit.DataSize;

/** HTTP/2 in place of Spring Boot's, where server.http2.enabled asks for it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(Http2Settings.class)
class Http2Configuration {
  /** How long a client may send nothing, over HTTP/1.1 and HTTP/2. */
  private static final String PAUSE = "${server.tomcat.connection-timeout:30s}";

  /** How long a client may keep a thread with the body of a refused request. */
  private static final Duration UNREAD = Duration.ofSeconds(10);

  @Bean
  Strangers strangers(Http2Settings settings) {
    return new Strangers(settings.connections(), System::nanoTime);
  }

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> http2(
      Http2Settings settings, Strangers strangers, @Value(PAUSE) Duration pause) {
    return factory -> {
      Http2 asked = factory.getHttp2();
      if (asked != null && asked.isEnabled()) {
        factory.setHttp2(null);
        factory.addConnectorCustomizers(
            connector ->
                connector.addUpgradeProtocol(
                    new Http2Connections(settings.maxStreams(), pause, strangers)));
      }
    };
  }

  /** Inside security's filters. */
  @Bean
  FilterRegistrationBean<Filter> authenticatedConnections(Strangers strangers) {
    return new FilterRegistrationBean<>(
        (request, response, chain) -> {
          if (request instanceof HttpServletRequest http
              && http.getUserPrincipal() != null
              && "HTTP/2.0".equals(http.getProtocol())) {
            strangers.authenticated(http.getServletConnection().getConnectionId());
          }
          chain.doFilter(request, response);
        });
  }

  @Bean
  FilterRegistrationBean<UnreadBodies> unreadBodies(
      @Value("${server.tomcat.max-swallow-size:64MB}") DataSize maxSwallowSize,
      @Value(PAUSE) Duration pause) {
    var registration =
        new FilterRegistrationBean<>(
            new UnreadBodies(maxSwallowSize.toBytes(), shorter(pause, UNREAD), System::nanoTime));
    // Before all filters that may refuse a request.
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
