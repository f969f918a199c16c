package dev.resnet.api;

import dev.resnet.memory.MemoryBudget;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Limits the memory of all request bodies together; {@link BodyLimitFilter} limits each one. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(BodyMemoryProperties.class)
class BodyMemoryConfiguration {

  @Bean
  FilterRegistrationBean<BodyMemoryFilter> bodyMemoryFilter(
      BodyMemoryProperties properties,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver resolver) {
    var budget =
        new MemoryBudget(
            MemoryBudget.orPartOfHeap(properties.maxMemory(), 4),
            properties.maxWait(),
            BodyMemoryProperties.MAX_MEMORY,
            "the bodies of other requests");
    var registration =
        new FilterRegistrationBean<>(new BodyMemoryFilter(budget, properties.maxTime(), resolver));
    // After BodyLimitFilter, so that it sees the body as the application does: decompressed.
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 20);
    return registration;
  }
}
