package dev.resnet.pictures;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PictureSettings.class)
class PicturesConfiguration {

  @Bean
  PictureReader pictureReader(PictureSettings settings) {
    return new PictureReader(settings);
  }
}
