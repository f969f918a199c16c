package dev.resnet.jobs.web;

import dev.resnet.api.BodyLimit;
import dev.resnet.jobs.JobsProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Submissions are small. */
@Configuration(proxyBeanMethods = false)
class JobsWebConfiguration {
  @Bean
  BodyLimit trainingJobBodyLimit(JobsProperties settings) {
    return new BodyLimit(
        TrainingJobController.PATH + "/**", settings.limits().body(), "resnet.jobs.limits.body");
  }
}
