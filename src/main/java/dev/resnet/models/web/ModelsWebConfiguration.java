package dev.resnet.models.web;

import dev.resnet.api.ProblemMapping;
import dev.resnet.models.UnknownModelException;
import dev.resnet.models.VersionInProductionException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;

@Configuration(proxyBeanMethods = false)
class ModelsWebConfiguration {

  @Bean
  ProblemMapping<UnknownModelException> unknownModel() {
    return ProblemMapping.of(UnknownModelException.class, HttpStatus.NOT_FOUND);
  }

  @Bean
  ProblemMapping<VersionInProductionException> versionInProduction() {
    return ProblemMapping.of(VersionInProductionException.class, HttpStatus.CONFLICT);
  }
}
