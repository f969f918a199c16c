package dev.resnet.data.synthetic;

import dev.resnet.data.DatasetSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SyntheticSettings.class)
class SyntheticConfiguration {

  @Bean
  DatasetSource synthetic(SyntheticSettings settings) {
    return new SyntheticSource(settings);
  }
}
