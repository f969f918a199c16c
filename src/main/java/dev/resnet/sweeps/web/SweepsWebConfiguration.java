package dev.resnet.sweeps.web;

import dev.resnet.api.BodyLimit;
import dev.resnet.api.JsonRequest;
import dev.resnet.api.ProblemMapping;
import dev.resnet.jobs.JobsProperties;
import dev.resnet.sweeps.SweepConflictException;
import dev.resnet.sweeps.UnknownSweepException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;

/** Sets the request limits that are settings, and how to answer the exceptions of sweeps. */
@Configuration(proxyBeanMethods = false)
class SweepsWebConfiguration {

  @Bean
  BodyLimit sweepBodyLimit(JobsProperties settings) {
    return new BodyLimit(
        SweepController.PATH + "/**", settings.limits().body(), "resnet.jobs.limits.body");
  }

  @Bean
  JsonRequest<SweepRequest> sweepRequest(JobsProperties settings) {
    return JsonRequest.of(SweepRequest.class).maxLength("name", settings.limits().nameLength());
  }

  @Bean
  ProblemMapping<UnknownSweepException> unknownSweep() {
    return ProblemMapping.of(UnknownSweepException.class, HttpStatus.NOT_FOUND);
  }

  @Bean
  ProblemMapping<SweepConflictException> sweepConflict() {
    return ProblemMapping.of(SweepConflictException.class, HttpStatus.CONFLICT);
  }
}
