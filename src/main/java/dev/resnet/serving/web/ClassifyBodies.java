package dev.resnet.serving.web;

import dev.resnet.api.BodyLimit;
import dev.resnet.serving.ServingProperties;
import jakarta.servlet.MultipartConfigElement;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.multipart.MultipartResolver;
import org.springframework.web.multipart.support.StandardServletMultipartResolver;

/** How large the body of a classification may be, in whichever form it comes. */
@Configuration(proxyBeanMethods = false)
class ClassifyBodies {
  /** Beside the images: parts with other names, which are to be answered with their names. */
  private static final int SPARE = 16;

  @Bean
  BodyLimit classifyLimit(ServingProperties limits) {
    return limit("/api/v1/classify", limits);
  }

  @Bean
  BodyLimit classifyWithModelLimit(ServingProperties limits) {
    return limit("/api/v1/models/*/classify", limits);
  }

  @Bean
  BodyLimit classifyWithVersionLimit(ServingProperties limits) {
    return limit("/api/v1/models/*/versions/*/classify", limits);
  }

  private static BodyLimit limit(String path, ServingProperties limits) {
    return new BodyLimit(
        path, limits.maxBodySize(), "resnet.serving.max-body-size", TooLarge.beside(limits));
  }

  /**
   * The container reads parts by itself, past the limits above. They stay in memory, which the
   * limit bounds: nothing is written to a disk.
   */
  @Bean
  MultipartConfigElement multipartConfig(ServingProperties limits) {
    int body = (int) limits.maxBodySize().toBytes();
    return new MultipartConfigElement("", -1, body, body);
  }

  /** Parses when a controller asks, so that the controller's own error answers are given. */
  @Bean
  MultipartResolver multipartResolver() {
    var resolver = new StandardServletMultipartResolver();
    resolver.setResolveLazily(true);
    return resolver;
  }

  /** Tomcat takes 50 parts by default. */
  @Bean
  WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> partCount(
      ServingProperties limits) {
    return new PartCount(limits.maxImages() + SPARE);
  }

  /** After the server's own settings, which it only ever raises. */
  private record PartCount(int parts)
      implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory>, Ordered {

    @Override
    public void customize(ConfigurableTomcatWebServerFactory factory) {
      factory.addConnectorCustomizers(
          connector -> {
            connector.setMaxPartCount(raised(connector.getMaxPartCount()));
            connector.setMaxParameterCount(raised(connector.getMaxParameterCount()));
          });
    }

    /** A negative value means no limit. */
    private int raised(int count) {
      return count < 0 ? count : Math.max(count, parts);
    }

    @Override
    public int getOrder() {
      return LOWEST_PRECEDENCE;
    }
  }
}
