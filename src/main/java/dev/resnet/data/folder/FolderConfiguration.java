package dev.resnet.data.folder;

import dev.resnet.pictures.PictureReader;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ArchiveLimits.class)
class FolderConfiguration {

  @Bean
  FolderConversion folderConversion(PictureReader reader, ArchiveLimits limits) {
    return new FolderConversion(reader, limits);
  }
}
