package dev.resnet.ops;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;

@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "resnet.role", havingValue = "worker")
class WorkerConfiguration {
  @Bean
  FilterRegistrationBean<WorkerFilter> workerFilter(
      WebEndpointProperties actuator,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver resolver) {
    var registration =
        new FilterRegistrationBean<>(new WorkerFilter(actuator.getBasePath(), resolver));
    // Runs before the check of keys, because a worker's missing endpoints are missing for everyone.
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 5);
    return registration;
  }
}
