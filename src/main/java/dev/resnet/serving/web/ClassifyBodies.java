package dev.resnet.serving.web;

import dev.resnet.api.BodyLimit;
import dev.resnet.serving.ServingProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The size limit for classification bodies of any content type. */
@Configuration(proxyBeanMethods = false)
class ClassifyBodies {
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
        path, limits.maxBodySize(), "resnet.serving.max-body-size", TooLarge.others(limits));
  }
}
