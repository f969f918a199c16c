package dev.resnet.serving.web;

import dev.resnet.api.JsonRequest;
import dev.resnet.api.ProblemException;
import dev.resnet.api.ProblemMapping;
import dev.resnet.engine.GpuException;
import dev.resnet.serving.CallerGoneException;
import dev.resnet.serving.ModelUnavailableException;
import dev.resnet.serving.NothingToRollBackException;
import dev.resnet.serving.OverloadException;
import dev.resnet.serving.RegistryAwayException;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;

@Configuration(proxyBeanMethods = false)
class ServingWebConfiguration {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  @Bean
  JsonRequest<AliasRequest> aliasRequest() {
    return JsonRequest.of(AliasRequest.class);
  }

  @Bean
  ProblemMapping<ModelUnavailableException> modelUnavailable() {
    return ProblemMapping.of(ModelUnavailableException.class, HttpStatus.SERVICE_UNAVAILABLE);
  }

  @Bean
  ProblemMapping<GpuException> gpuFailed() {
    return ProblemMapping.of(GpuException.class, HttpStatus.SERVICE_UNAVAILABLE);
  }

  @Bean
  ProblemMapping<NothingToRollBackException> nothingToRollBack() {
    return ProblemMapping.of(NothingToRollBackException.class, HttpStatus.CONFLICT);
  }

  @Bean
  ProblemMapping<OverloadException> overload() {
    return new ProblemMapping<>(
        OverloadException.class,
        e ->
            new ProblemException(
                HttpStatus.TOO_MANY_REQUESTS, e.getMessage(), List.of(), e.retryAfter()));
  }

  /** Read only by a client that closed its own side of the connection alone. */
  @Bean
  ProblemMapping<CallerGoneException> callerGone() {
    return ProblemMapping.of(CallerGoneException.class, HttpStatus.REQUEST_TIMEOUT);
  }

  @Bean
  FilterRegistrationBean<WaitingClients> waitingClients() {
    return new FilterRegistrationBean<>(new WaitingClients());
  }

  @Bean
  ProblemMapping<RegistryAwayException> registryAway() {
    return new ProblemMapping<>(
        RegistryAwayException.class,
        e ->
            new ProblemException(
                HttpStatus.SERVICE_UNAVAILABLE,
                e.getMessage() + ". Try again in a few seconds.",
                List.of(),
                RETRY_AFTER));
  }
}
