package dev.resnet.api;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;

/**
 * Ids of requests on all ports. Found by the component scan for the service's own port; actuator on
 * a port of its own has a separate Tomcat, for which Spring Boot imports this class.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
class RequestIdConfiguration {
  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> requestIds() {
    return factory -> factory.addEngineValves(new RequestIds());
  }
}
