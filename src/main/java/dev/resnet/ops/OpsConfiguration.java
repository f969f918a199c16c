package dev.resnet.ops;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.resnet.api.FiniteNumbers;
import org.springframework.boot.actuate.endpoint.jackson.EndpointJsonMapper;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import tools.jackson.databind.json.JsonMapper;

@Configuration(proxyBeanMethods = false)
@EnableScheduling
@EnableConfigurationProperties(OpsProperties.class)
class OpsConfiguration {

  /** Spring Boot's mapper for actuator responses, except for numbers that JSON can't represent. */
  @Bean
  EndpointJsonMapper endpointJsonMapper() {
    JsonMapper mapper =
        JsonMapper.builder(FiniteNumbers.factory())
            .changeDefaultPropertyInclusion(
                inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();
    return () -> mapper;
  }
}
